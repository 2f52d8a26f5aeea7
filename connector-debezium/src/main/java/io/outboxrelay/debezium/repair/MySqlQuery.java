package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.Problem;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What gives the rows that stand: id, key, payload, and what routing asks for.
 *
 * @param columns in the order in which they are given
 */
record MySqlQuery(String sql, List<MySqlColumn> columns) {

    MySqlQuery {
        columns = List.copyOf(columns);
    }

    /** @throws io.outboxrelay.failure.RelayException MISCONFIGURED where a column cannot be read from the log, and so not here */
    static MySqlQuery of(RepairRequest request, MySqlStandingTable table, StandingTable.Ordering ordering) {
        TableOutbox outbox = (TableOutbox) request.settings().outbox();
        List<String> names = new ArrayList<>(List.of(outbox.id(), outbox.key(), outbox.payload()));
        names.addAll(request.columns().names());
        List<MySqlColumn> columns = names.stream().map(table::column).toList();
        String order = ordering.expressions().isEmpty() ? "" : " ORDER BY " + String.join(", ", ordering.expressions());
        String sql = "SELECT "
                + String.join(", ", columns.stream().map(MySqlColumn::sql).toList()) + " FROM "
                + table.table().quoted() + " t" + order;
        return new MySqlQuery(sql, columns);
    }

    /** Why the server would not take it, found without reading a row; null where it would. */
    @Nullable
    Problem problem(Connection connection, MySqlStandingTable table) {
        try {
            MySqlSetup.execute(connection, "EXPLAIN " + sql);
            return null;
        } catch (SQLException e) {
            return new Problem(
                    "the rows of " + table.table() + " cannot be read in this order: " + e.getMessage(),
                    "name a column of the table that rises with the rows by --order-by COLUMN");
        }
    }
}
