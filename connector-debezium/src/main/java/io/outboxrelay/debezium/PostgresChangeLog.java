package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.MessageOutbox;
import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.decode.EventDecoder;
import io.outboxrelay.debezium.decode.MessageDecoder;
import io.outboxrelay.debezium.decode.PostgresRendering;
import io.outboxrelay.debezium.decode.RowDecoder;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxColumns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's log, read through a replication slot. The slot is the authority: an attempt begins where the slot was confirmed, and
 * PostgreSQL then sends every transaction that committed after it, whole. So the connector is told no offset at its start,
 * which would have it search the log for the place.
 */
final class PostgresChangeLog implements ChangeLog {

    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

    private final DebeziumSettings settings;
    private final OutboxColumns columns;
    private final SlotSession slot;
    private final String name;
    private final ToldOffsets offsets = new ToldOffsets();
    private @Nullable ConnectorTask task;

    /**
     * The log as it will be read.
     *
     * @param columns what routing asks for
     * @param name tells attempts of this process apart: no name may be used twice
     */
    PostgresChangeLog(DebeziumSettings settings, OutboxColumns columns, SlotSession slot, String name) {
        this.settings = settings;
        this.columns = columns;
        this.slot = slot;
        this.name = name;
    }

    @Override
    public LogStream start() {
        Duration within = settings.reading().startWithin();
        long deadline = System.nanoTime() + within.toNanos();
        slot.checkBeforeStart();
        List<SourceRecord> ahead = new ArrayList<>();
        EventDecoder decoder = decoder();
        ConnectorTask task = ConnectorTask.of(
                QueuedTasks::postgres,
                PostgresProperties.of(settings, name, slot.takesEveryTable()),
                settings.reading().bytesMax(),
                offsets);
        this.task = task;
        try {
            task.start(within);
            // Before the server has let it stream, Debezium says nothing. Then at least its heartbeats come.
            boolean heard = false;
            while (!slot.isStarted(heard)) {
                // What makes it fail comes out here.
                List<SourceRecord> records = task.poll();
                heard = !records.isEmpty();
                ahead.addAll(records);
                if (System.nanoTime() - deadline >= 0) {
                    throw new RelayException(
                            FailureKind.TRANSIENT,
                            "Debezium has not begun to read slot " + ((PostgresLog) settings.log()).slot() + " within "
                                    + within.toSeconds() + " s",
                            "see whether the server is overloaded; the relay starts over");
                }
            }
        } catch (ConnectorFailure e) {
            throw e.classified(settings.connection());
        }
        task.streams();
        StreamHealth health = new StreamHealth(System.nanoTime());
        slot.watch(health, settings.reading());
        return new PostgresStream(
                new PostgresStream.Started(task, offsets, ahead, name + ".message"),
                slot,
                health,
                decoder,
                settings.connection());
    }

    private EventDecoder decoder() {
        if (settings.outbox() instanceof TableOutbox table) {
            PostgresRendering rendering = new PostgresRendering(slot.columnTypes());
            return new RowDecoder(new RowDecoder.Names(table.id(), table.key(), table.payload()), columns, rendering);
        }
        return new MessageDecoder(((MessageOutbox) settings.outbox()).prefix(), columns);
    }

    @Override
    public void close() {
        try {
            if (task != null) {
                task.stop(STOP_WITHIN);
            }
        } finally {
            slot.close();
        }
    }
}
