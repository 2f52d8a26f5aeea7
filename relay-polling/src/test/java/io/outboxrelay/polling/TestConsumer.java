package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.OutboxSource;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Stands in for the engine: takes all there is and, when told so, commits it. */
final class TestConsumer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    final PollingCounters counters;
    final List<Entry> entries = new ArrayList<>();
    final List<Position> committed = new ArrayList<>();
    final OutboxSource source;
    private boolean committing;
    private int takeRows = Integer.MAX_VALUE;
    private long takeBytes = Long.MAX_VALUE;

    private TestConsumer(OutboxSource source, PollingCounters counters) {
        this.source = source;
        this.counters = counters;
        source.open(() -> {});
    }

    static TestConsumer of(OutboxFixture outbox, String... columns) {
        PollingCounters counters = new PollingCounters();
        return new TestConsumer(
                new PollingSource(outbox.settings(), new OutboxColumns(List.of(columns)), counters), counters);
    }

    static TestConsumer of(OutboxFixture outbox, ReaderRules rules, Supplier<Connection> connections) {
        PollingCounters counters = new PollingCounters();
        OutboxColumns none = new OutboxColumns(List.of());
        return new TestConsumer(
                new PollingSource(outbox.settings(), none, new SessionLineage(counters), rules, connections), counters);
    }

    /** With a source that others may come before and after, as in one relay. */
    static TestConsumer of(OutboxSource source) {
        return new TestConsumer(source, new PollingCounters());
    }

    TestConsumer committing() {
        committing = true;
        return this;
    }

    TestConsumer taking(int rows, long bytes) {
        takeRows = rows;
        takeBytes = bytes;
        return this;
    }

    Batch take() {
        Batch batch = source.poll(takeRows, takeBytes);
        entries.addAll(batch.entries());
        if (batch.committed() != null) {
            committed.add(batch.committed());
        }
        if (committing && !batch.entries().isEmpty()) {
            commitAll();
        }
        return batch;
    }

    void commitAll() {
        source.commit(entries.get(entries.size() - 1).position());
    }

    List<OutboxRecord> records() {
        return entries.stream()
                .filter(OutboxRecord.class::isInstance)
                .map(OutboxRecord.class::cast)
                .toList();
    }

    List<String> ids() {
        return records().stream().map(OutboxRecord::id).toList();
    }

    TestConsumer awaitOpen() {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> {
            take();
            return !entries.isEmpty();
        });
        assertThat(entries.get(0)).isInstanceOf(Checkpoint.class);
        return this;
    }

    /** Takes until this many records came in all. */
    List<OutboxRecord> awaitRecords(int count) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            take();
            return records().size() >= count;
        });
        assertThat(ids()).hasSize(count);
        return records();
    }

    void awaitCommitted(Position position) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(1)).until(() -> {
            take();
            return committed.contains(position);
        });
    }

    /** Takes until the source fails. */
    Failure awaitFailure() {
        Failure[] failure = new Failure[1];
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> {
            try {
                take();
            } catch (RelayException e) {
                failure[0] = e.failure();
            }
            return failure[0] != null;
        });
        return failure[0];
    }

    /** Takes until the source says what hinders it. */
    Failure awaitHindrance() {
        Failure[] hindrance = new Failure[1];
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> {
            hindrance[0] = take().hindrance();
            return hindrance[0] != null;
        });
        return hindrance[0];
    }

    @Override
    public void close() {
        source.close();
    }
}
