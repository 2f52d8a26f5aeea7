package io.outboxrelay.debezium;

import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamInspection;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.outbox.OutboxColumns;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Holds the settings against the database as a {@link DebeziumSource} does at its start, beside one that may be at work. */
public final class LogInspection {

    private LogInspection() {}

    /**
     * Connects and inspects, within about 20 seconds; changes nothing.
     *
     * @param columns what routing asks for of each row
     * @param stored reads what is stored of the stream; asked for only while nobody reads it
     */
    public static StreamInspection.Outcome examine(
            DebeziumSettings settings, OutboxColumns columns, Supplier<@Nullable StreamPosition> stored) {
        return new StreamInspection(settings.connection(), request(settings, columns), stored).examine();
    }

    /** What the settings say, to be held against the database. */
    public static SlotRequest request(DebeziumSettings settings, OutboxColumns columns) {
        return SlotSession.request(settings, columns);
    }
}
