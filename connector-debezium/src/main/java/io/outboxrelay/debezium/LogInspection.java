package io.outboxrelay.debezium;

import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamInspection;
import io.outboxrelay.outbox.OutboxColumns;
import java.util.SortedMap;
import java.util.function.Supplier;

/** Holds the settings against the database as a {@link DebeziumSource} does at its start, beside one that may be at work. */
public final class LogInspection {

    private LogInspection() {}

    /**
     * Connects and inspects, within about 20 seconds; changes nothing.
     *
     * @param columns what routing asks for of each row
     * @param values reads what the relay stored, beside one that may be at work; asked for only while nobody streams
     */
    public static StreamInspection.Outcome examine(
            DebeziumSettings settings, OutboxColumns columns, Supplier<SortedMap<String, String>> values) {
        SlotRequest request = request(settings, columns);
        return new StreamInspection(
                        settings.connection(),
                        request,
                        database -> StoredPosition.in(values.get(), database, request.slot()))
                .examine();
    }

    /** What the settings say, to be held against the database. */
    public static SlotRequest request(DebeziumSettings settings, OutboxColumns columns) {
        return SlotSession.request(settings, columns);
    }
}
