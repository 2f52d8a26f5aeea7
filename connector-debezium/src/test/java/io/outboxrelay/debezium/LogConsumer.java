package io.outboxrelay.debezium;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.OutboxSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Stands in for the engine: takes all there is and, unless told otherwise, settles it at once. */
final class LogConsumer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final List<OutboxRecord> records = new ArrayList<>();
    private final OutboxSource source;
    private final List<Entry> entries = new ArrayList<>();
    private boolean committing = true;
    private boolean midway;
    private boolean open;
    private @Nullable Position last;
    private @Nullable Position durable;

    private LogConsumer(OutboxSource source) {
        this.source = source;
        source.open(() -> {});
    }

    static LogConsumer of(LoggedOutbox outbox, String... columns) {
        return of(outbox.sources(outbox.settings(), columns).get());
    }

    static LogConsumer of(OutboxSource source) {
        return new LogConsumer(source);
    }

    /** From now on nothing is settled, as when Kafka is away. */
    LogConsumer settlingNothing() {
        committing = false;
        return this;
    }

    /** From the next event on everything is settled again. */
    LogConsumer settling() {
        committing = true;
        return this;
    }

    Batch take() {
        Batch batch = source.poll(10_000, 8L << 20);
        midway = batch.midway();
        open |= !batch.entries().isEmpty();
        for (Entry entry : batch.entries()) {
            entries.add(entry);
            if (entry instanceof OutboxRecord record) {
                records.add(record);
            }
        }
        if (batch.committed() != null) {
            durable = batch.committed();
        }
        if (committing && !batch.entries().isEmpty()) {
            last = entries.get(entries.size() - 1).position();
            entries.clear();
            source.commit(last);
        }
        return batch;
    }

    List<String> ids() {
        return records.stream().map(OutboxRecord::id).toList();
    }

    LogConsumer awaitOpen() {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> !take().entries().isEmpty());
        return this;
    }

    /** Takes until this many records came in all. */
    LogConsumer awaitRecords(int count) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            take();
            return records.size() >= count;
        });
        return this;
    }

    /** Takes until this event came; others may come before it again. */
    LogConsumer awaitId(String id) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            take();
            return ids().contains(id);
        });
        return this;
    }

    /** Takes until this event came, which is null, or the source fails. */
    @Nullable
    Failure awaitIdOrFailure(String id) {
        Failure[] failure = new Failure[1];
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            failure[0] = takeOrFailure();
            return failure[0] != null || ids().contains(id);
        });
        return failure[0];
    }

    /** Takes until everything that came is durable. */
    LogConsumer awaitDurable() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            take();
            return !midway && last != null && last.equals(durable);
        });
        return this;
    }

    /** The same, as a clean stop does, and closes. */
    void stopCleanly() {
        awaitDurable().close();
    }

    /** Whether it ever said that it reads. */
    boolean isOpen() {
        return open;
    }

    /** Takes once. */
    @Nullable
    Failure takeOrFailure() {
        try {
            take();
            return null;
        } catch (RelayException e) {
            return e.failure();
        }
    }

    /** Takes until the source fails. */
    Failure awaitFailure() {
        Failure[] failure = new Failure[1];
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> {
            failure[0] = takeOrFailure();
            return failure[0] != null;
        });
        return failure[0];
    }

    @Override
    public void close() {
        source.close();
    }
}
