package io.outboxrelay.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.OutboxSource;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** An outbox table under a virtual clock: rows in order, deleted when they are committed. Its sources fail when they are told to. */
final class SimulatedOutbox {

    /** A row's place; also that of the checkpoint at the start of a session, which stands before the first row. */
    record Place(int session, long number) implements Position {}

    private final RandomGenerator random;
    private final SimulatedKafka kafka;
    private final TreeMap<Long, OutboxRecord> rows = new TreeMap<>();
    private long numbers;
    private int sessions;

    @Nullable
    Failure nextOpenFails;

    @Nullable
    Failure breaksNow;

    /** Keeps a source from reading without ending it. */
    @Nullable
    Failure hinders;

    @Nullable
    RuntimeException commitThrows;

    /** The probability that a commit is still on its way at a poll. */
    double commitDelay = 0.5;

    SimulatedOutbox(RandomGenerator random, SimulatedKafka kafka) {
        this.random = random;
        this.kafka = kafka;
    }

    void insert(String key, int version, int payloadBytes, @Nullable String topic) {
        long number = numbers++;
        byte[] payload = (version + ":" + "x".repeat(payloadBytes)).getBytes(UTF_8);
        List<@Nullable String> columns = new ArrayList<>();
        columns.add(topic);
        rows.put(
                number,
                new OutboxRecord(new Place(0, number), key + "-" + version, key.getBytes(UTF_8), payload, columns));
    }

    boolean isEmpty() {
        return rows.isEmpty();
    }

    String firstId() {
        return rows.firstEntry().getValue().id();
    }

    int size() {
        return rows.size();
    }

    OutboxSource newSource() {
        return new Source(++sessions);
    }

    private final class Source implements OutboxSource {
        private final int session;
        private long next = -1;
        private boolean greeted;
        private boolean closed;
        private @Nullable Place deleting;

        Source(int session) {
            this.session = session;
        }

        @Override
        public void open(Wakeup wakeup) {
            breaksNow = null;
        }

        @Override
        public Batch poll(int recordsMax, long bytesMax) {
            requireOpen();
            Failure failure = greeted ? breaksNow : nextOpenFails;
            if (failure != null) {
                breaksNow = null;
                nextOpenFails = null;
                throw new RelayException(failure);
            }
            Position committed = deleteWhatWasCommitted();
            List<Entry> entries = new ArrayList<>();
            if (!greeted && recordsMax > 0) {
                greeted = true;
                entries.add(new Checkpoint(new Place(session, -1)));
            }
            if (hinders != null) {
                return new Batch(entries, committed, hinders, false);
            }
            long bytes = 0;
            for (var row : rows.tailMap(next, false).entrySet()) {
                bytes += row.getValue().sizeBytes();
                if (entries.size() >= recordsMax
                        || (bytes > bytesMax && !entries.isEmpty())
                        || random.nextInt(20) == 0) {
                    break;
                }
                next = row.getKey();
                entries.add(at(row.getValue(), new Place(session, next)));
            }
            return new Batch(entries, committed);
        }

        @Override
        public void commit(Position upTo) {
            requireOpen();
            if (commitThrows != null) {
                throw commitThrows;
            }
            Place place = (Place) upTo;
            if (place.session() != session) {
                throw new AssertionError("session " + session + " was told to commit " + place);
            }
            for (OutboxRecord row : rows.headMap(place.number(), true).values()) {
                kafka.requireAcknowledged(row.id());
            }
            deleting = place;
        }

        @Override
        public void close() {
            closed = true;
        }

        private @Nullable Position deleteWhatWasCommitted() {
            Place place = deleting;
            if (place == null || random.nextDouble() < commitDelay) {
                return null;
            }
            deleting = null;
            rows.headMap(place.number(), true).clear();
            return place;
        }

        private void requireOpen() {
            if (closed) {
                throw new AssertionError("used after close");
            }
        }

        private OutboxRecord at(OutboxRecord row, Place place) {
            return new OutboxRecord(place, row.id(), row.key(), row.payload(), row.columns());
        }
    }

    static Failure transientFailure(String what) {
        return Failure.of(FailureKind.TRANSIENT, what, "wait");
    }
}
