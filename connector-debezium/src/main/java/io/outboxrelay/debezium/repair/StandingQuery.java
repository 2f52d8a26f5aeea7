package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.decode.PostgresRendering.ColumnType;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.outbox.OutboxColumns;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What gives the rows that stand as the log would: all columns as text, but key and payload that are bytea as their bytes. In two steps,
 * so that what sorts rows moves only pointers to large values, and renders them as they are sent.
 */
final class StandingQuery {

    private final StringBuilder raw = new StringBuilder();
    private final StringBuilder rendered = new StringBuilder();
    private int columns;

    private StandingQuery() {}

    /** @param types of the columns that are read */
    static String of(
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
        return "SELECT " + query.rendered + " FROM (SELECT " + query.raw + " FROM " + table.quotedName() + " t" + order
                + " OFFSET 0) r" + order;
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
