package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.MySqlTable;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outbox in MySQL as somebody sees it who is to read what stands in it.
 *
 * @param engine that keeps its rows; null of what is no table
 * @param types each column's bare and whole type, by its name in lower case
 * @param numbered the column that the server numbers rows by (AUTO_INCREMENT), or null
 * @param steps by how much its numbers rise: by more than 1 where several servers draw them
 */
record MySqlStandingTable(
        MySqlTable table,
        @Nullable String engine,
        Map<String, List<String>> types,
        @Nullable String numbered,
        int steps) {

    private static final String ANOTHER =
            "name a column that rises with the rows by --order-by COLUMN; or give --order none where the order of one"
                    + " key's events does not matter";

    MySqlStandingTable {
        types = Map.copyOf(types);
    }

    /** Null where there is no such table, or none that this user may see. */
    static @Nullable MySqlStandingTable find(Connection connection, MySqlTable table) throws SQLException {
        List<List<String>> found = rows(
                connection,
                table,
                "SELECT COALESCE(engine, ''), @@session.auto_increment_increment FROM information_schema.tables"
                        + " WHERE table_schema = ? AND table_name = ?");
        if (found.isEmpty()) {
            return null;
        }
        Map<String, List<String>> types = new HashMap<>();
        String numbered = null;
        for (List<String> column : rows(
                connection,
                table,
                "SELECT column_name, data_type, column_type, extra FROM information_schema.columns"
                        + " WHERE table_schema = ? AND table_name = ?")) {
            types.put(column.get(0).toLowerCase(Locale.ROOT), column.subList(1, 3));
            if (column.get(3).toLowerCase(Locale.ROOT).contains("auto_increment")) {
                numbered = column.get(0);
            }
        }
        String engine = found.get(0).get(0);
        return new MySqlStandingTable(
                table,
                engine.isEmpty() ? null : engine,
                types,
                numbered,
                Integer.parseInt(found.get(0).get(1)));
    }

    private static List<List<String>> rows(Connection connection, MySqlTable table, String query) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, table.database());
            statement.setString(2, table.name());
            try (ResultSet row = statement.executeQuery()) {
                List<List<String>> rows = new ArrayList<>();
                while (row.next()) {
                    List<String> values = new ArrayList<>();
                    for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                        values.add(String.valueOf(row.getString(column)));
                    }
                    rows.add(values);
                }
                return rows;
            }
        }
    }

    /** Only InnoDB has snapshots, and takes back what is rolled back. */
    @Nullable
    Problem unreadable() {
        return "InnoDB".equalsIgnoreCase(engine)
                ? null
                : new Problem(
                        table + " is of engine " + (engine == null ? "none, a view" : engine)
                                + ": it cannot be read as of one place in the log",
                        engine == null
                                ? "correct outbox.table"
                                : "ALTER TABLE " + table.quoted() + " ENGINE = InnoDB; -- and run repair again");
    }

    /** How many rows stand, as of now. */
    long count(Connection connection) throws SQLException {
        return Long.parseLong(
                Objects.requireNonNull(MySqlSetup.row(connection, "SELECT count(*) FROM " + table.quoted()))
                        .get(0));
    }

    /** How its rows are put in order, or a problem where nothing says how. */
    StandingTable.Ordering ordering(RowOrder order) {
        if (order.way() == RowOrder.Way.NONE) {
            return new StandingTable.Ordering(List.of(), null, "in no particular order, as --order none says", null);
        }
        if (order.way() == RowOrder.Way.COMMIT_TIMESTAMP) {
            return StandingTable.Ordering.impossible(new Problem(
                    "MySQL does not note when transactions commit",
                    "give --order number if rows of one key have numbers in the order of their transactions"));
        }
        if (order.column() != null) {
            return by(order.column());
        }
        if (numbered == null) {
            return StandingTable.Ordering.impossible(new Problem(
                    "nothing tells the order of the rows that stand in " + table
                            + ": no column is numbered by the database (AUTO_INCREMENT)",
                    ANOTHER));
        }
        if (order.way() == RowOrder.Way.AUTOMATIC && steps > 1) {
            return StandingTable.Ordering.impossible(new Problem(
                    "auto_increment_increment is " + steps + ": several servers draw the numbers of column " + numbered
                            + ", each from its own, and a later row of another server may have a lower one",
                    "give --order number if one server alone is written to; " + ANOTHER));
        }
        return by(numbered);
    }

    private static StandingTable.Ordering by(String column) {
        return new StandingTable.Ordering(
                List.of("t.`" + column.replace("`", "``") + '`'), column, "by " + column, null);
    }

    /** How a column is read. */
    MySqlColumn column(String name) {
        List<String> type = types.get(name.toLowerCase(Locale.ROOT));
        if (type == null) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "there is no column " + name + " in " + table + ", or it may not be read",
                    "correct the names under outbox.columns and route; or GRANT SELECT ON " + table.quoted());
        }
        return MySqlColumn.of(name, type.get(0), type.get(1));
    }
}
