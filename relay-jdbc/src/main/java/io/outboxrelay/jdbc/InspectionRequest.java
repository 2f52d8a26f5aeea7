package io.outboxrelay.jdbc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the settings say about the outbox, to be held against the database.
 *
 * @param table the table's name as written, see {@link TableName#parse}
 * @param columns the names of its columns
 * @param order what the order of publishing is to rest on
 * @param retention what is to become of published rows
 */
public record InspectionRequest(String table, Columns columns, OutboxOrder order, OutboxRetention retention) {

    public InspectionRequest {
        if (order.needsNumber() && columns.sequence() == null) {
            throw new IllegalArgumentException("order " + order + " needs a sequence column");
        }
    }

    /**
     * Column names as the database knows them, without quotes.
     *
     * @param id the event's id
     * @param sequence the sequence number, or null where there is none; not looked at with {@link OutboxOrder#NONE}
     * @param key the record's key
     * @param payload the record's value
     * @param routed the further columns that routing reads, in its order; may repeat the others
     * @param timestamp which of these is the time of the message, or null
     */
    public record Columns(
            String id,
            @Nullable String sequence,
            String key,
            String payload,
            List<String> routed,
            @Nullable String timestamp) {

        public Columns {
            routed = List.copyOf(routed);
        }

        /** None of which is the time of the message. */
        public Columns(String id, @Nullable String sequence, String key, String payload, List<String> routed) {
            this(id, sequence, key, payload, routed, null);
        }
    }
}
