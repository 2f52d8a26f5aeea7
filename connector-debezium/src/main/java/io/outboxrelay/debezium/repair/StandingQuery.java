package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.ColumnTypes;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.decode.PostgresRendering.ColumnType;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.outbox.OutboxColumns;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What gives the rows that stand as the log would: all columns as text, but key and payload that are bytea as their bytes. In two steps,
 * so that what sorts rows moves only pointers to large values, and renders them as they are sent.
 */
final class StandingQuery {

    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder rendered = new StringBuilder();
    private int columns;

    private StandingQuery() {}

    /**
     * The query for the table as it is now.
     *
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED where a column cannot be read from the log, and so not here
     */
    static String of(
            Connection connection,
            RepairRequest request,
            SlotRequest slot,
            StandingTable table,
            StandingTable.Ordering ordering) {
        return of(
                table,
                ordering,
                (TableOutbox) request.settings().outbox(),
                request.columns(),
                ColumnTypes.of(connection, request.reader(), Objects.requireNonNull(slot.table()), slot.columns()));
    }

    /** Why the server would not take it, found without reading a row; null where it would. */
    static @Nullable Problem problem(Connection connection, String query, StandingTable table) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("EXPLAIN " + query);
            return null;
        } catch (SQLException e) {
            return new Problem(
                    "the rows of " + table.quotedName() + " cannot be read in this order: " + e.getMessage(),
                    "name a column of the table that rises with the rows by --order-by COLUMN, as its name stands in the"
                            + " catalog; of a type that can be sorted");
        }
    }

    private static String of(
            StandingTable table,
            StandingTable.Ordering ordering,
            TableOutbox outbox,
            OutboxColumns routed,
            Map<String, ColumnType> types) {
        StandingQuery query = new StandingQuery();
        query.add(outbox.id(), false);
        query.add(outbox.key(), isBinary(types, outbox.key()));
        query.add(outbox.payload(), isBinary(types, outbox.payload()));
        routed.names().forEach(name -> query.add(name, false));
        List<String> by = new ArrayList<>();
        for (int i = 0; i < ordering.expressions().size(); i++) {
            query.raw
                    .append(", ")
                    .append(ordering.expressions().get(i))
                    .append(" AS o")
                    .append(i);
            // A row without a commit timestamp was committed before the server noted any.
            by.add("o" + i + (i == 0 ? " NULLS FIRST" : ""));
        }
        String order = by.isEmpty() ? "" : " ORDER BY " + String.join(", ", by);
        String unpublished = table.unpublished();
        String which = unpublished == null ? "" : " WHERE " + unpublished;
        return "SELECT " + query.rendered + " FROM (SELECT " + query.raw + " FROM " + table.quotedName() + " t" + which
                + order + " OFFSET 0) r" + order;
    }

    private static boolean isBinary(Map<String, ColumnType> types, String column) {
        ColumnType type = types.get(column);
        return type != null && type.base().equals("bytea");
    }

    private void add(String column, boolean binary) {
        String separator = columns == 0 ? "" : ", ";
        raw.append(separator)
                .append("t.")
                .append(Identifiers.quote(column))
                .append(" AS c")
                .append(columns);
        rendered.append(separator).append('c').append(columns).append(binary ? "" : "::text");
        columns++;
    }
}
