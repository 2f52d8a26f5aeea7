package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.OutboxSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Relays that die, one after the other. Published is what was settled: a record that was only delivered when its relay died may never
 * have reached Kafka.
 */
final class Restarts {

    private static final long PATIENCE_NANOS = Duration.ofSeconds(40).toNanos();

    /** What a relay published, one list for each. */
    private final List<List<String>> runs = new ArrayList<>();

    private final Supplier<OutboxSource> sources;

    Restarts(LoggedOutbox outbox) {
        this.sources = outbox.sources(outbox.settings());
    }

    /** Something that befalls a relay once it has published so many records. */
    interface Blow {
        void fall(OutboxSource source) throws Exception;
    }

    /** A relay that dies at once when it has published so many records, with up to as many more delivered and not settled. */
    void untilPublished(int records) throws Exception {
        untilPublished(records, source -> {});
    }

    /** The same, once something has befallen it. */
    void untilPublished(int records, Blow blow) throws Exception {
        List<String> published = new ArrayList<>();
        runs.add(published);
        ArrayDeque<Entry> delivered = new ArrayDeque<>();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        try (OutboxSource source = sources.get()) {
            source.open(() -> {});
            while (published.size() < records) {
                assertThat(System.nanoTime() - deadline)
                        .as("in time, after %d of %d", published.size(), records)
                        .isNegative();
                Batch batch = source.poll(1_000, 1L << 20);
                delivered.addAll(batch.entries());
                if (batch.entries().isEmpty()) {
                    LockSupport.parkNanos(500_000);
                }
                // Half of what is in flight is acknowledged at a time, as a broker would.
                settle(source, delivered, published, Math.min((delivered.size() + 1) / 2, records));
            }
            blow.fall(source);
        } catch (RelayException e) {
            // Whatever ended it: the next one goes on.
        }
    }

    private static void settle(OutboxSource source, ArrayDeque<Entry> delivered, List<String> published, int count) {
        Entry last = null;
        for (int i = 0; i < count && !delivered.isEmpty(); i++) {
            last = delivered.remove();
            if (last instanceof OutboxRecord record) {
                published.add(record.id());
            }
        }
        if (last != null) {
            source.commit(last.position());
        }
    }

    /** A relay that delivers for so long, with nothing of it settled but what is nobody's event, and dies. */
    void delivering(Duration time) {
        runs.add(new ArrayList<>());
        try (OutboxSource source = sources.get()) {
            source.open(() -> {});
            settleFor(source, time);
        }
    }

    /** For so long everything is settled in front of the first event. */
    void settleFor(OutboxSource source, Duration time) {
        boolean[] records = {false};
        goOnFor(time, () -> {
            for (Entry entry : source.poll(1_000, 1L << 20).entries()) {
                records[0] = records[0] || entry instanceof OutboxRecord;
                if (!records[0]) {
                    source.commit(entry.position());
                }
            }
        });
    }

    /** For so long nothing is settled. */
    void takeFor(OutboxSource source, Duration time) {
        goOnFor(time, () -> source.poll(1_000, 1L << 20));
    }

    void takeNothingFor(Duration time) {
        goOnFor(time, () -> {});
    }

    private static void goOnFor(Duration time, Runnable turn) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            turn.run();
            LockSupport.parkNanos(500_000);
        }
    }

    /** The last relay, which publishes all the rest; then everything was published, in order, and nothing else. */
    void untilAllIsPublished(List<String> committed) throws Exception {
        String last = committed.get(committed.size() - 1);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (runs.stream().noneMatch(run -> run.contains(last))) {
            assertThat(System.nanoTime() - deadline).as("in time").isNegative();
            List<String> published = new ArrayList<>();
            runs.add(published);
            ArrayDeque<Entry> delivered = new ArrayDeque<>();
            try (OutboxSource source = sources.get()) {
                source.open(() -> {});
                while (!published.contains(last) && System.nanoTime() - deadline < 0) {
                    delivered.addAll(source.poll(10_000, 8L << 20).entries());
                    int had = published.size();
                    settle(source, delivered, published, delivered.size());
                    if (published.subList(had, published.size()).contains(last)) {
                        break;
                    }
                    LockSupport.parkNanos(500_000);
                }
            } catch (RelayException e) {
                // The slot may not be free yet: the next one tries again.
            }
        }
        judge(committed);
    }

    /** Every relay's events are one run of those that were committed, which begins not behind what was published before. */
    private void judge(List<String> committed) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < committed.size(); i++) {
            places.put(committed.get(i), i);
        }
        int reached = 0;
        for (List<String> run : runs) {
            int next = -1;
            for (String id : run) {
                assertThat(places).as("only what was committed").containsKey(id);
                int place = places.get(id);
                if (next < 0) {
                    assertThat(place)
                            .as("lost between relays: published up to %d", reached)
                            .isLessThanOrEqualTo(reached);
                } else {
                    assertThat(place).as("lost or out of order within a relay").isEqualTo(next);
                }
                next = place + 1;
            }
            reached = Math.max(reached, next);
        }
        assertThat(reached).as("everything was published").isEqualTo(committed.size());
    }
}
