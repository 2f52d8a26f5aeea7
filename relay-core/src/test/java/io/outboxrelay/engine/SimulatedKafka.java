package io.outboxrelay.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.publish.Outcomes;
import io.outboxrelay.publish.Publisher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A broker under a virtual clock: per-partition logs, acknowledgements that come late and out of order between partitions. */
final class SimulatedKafka {

    private static final int PARTITIONS = 4;

    private record Pending(long number, OutboxMessage message) {}

    private final RandomGenerator random;
    private final Map<String, List<Integer>> versionsByKey = new TreeMap<>();
    private final Set<String> acknowledgedIds = new HashSet<>();
    int sightings;
    int refusedSends;
    int unsettledMax;
    long unsettledBytesMax;

    /** Acknowledges nothing while true. */
    boolean away;

    String awayBecause = "the broker";

    /** While true nobody may publish: the outbox is another relay's, or nothing of it could be committed. */
    boolean forbidden;

    @Nullable
    Failure breaksNow;

    @Nullable
    String refusedId;

    /** Not acknowledged, nor what is behind it in its partition. */
    @Nullable
    String withheldId;

    @Nullable
    Failure nextMakeFails;

    @Nullable
    Error drainThrows;

    @Nullable
    RuntimeException closeThrows;

    private @Nullable SimulatedPublisher current;
    private int openPublishers;

    SimulatedKafka(RandomGenerator random) {
        this.random = random;
    }

    Publisher newPublisher() {
        Failure failure = nextMakeFails;
        if (failure != null) {
            nextMakeFails = null;
            throw new RelayException(failure);
        }
        current = new SimulatedPublisher();
        openPublishers++;
        return current;
    }

    int openPublishers() {
        return openPublishers;
    }

    /** The versions of each key in the order in which they stand in the log. */
    Map<String, List<Integer>> log() {
        return versionsByKey;
    }

    Set<String> acknowledgedIds() {
        return acknowledgedIds;
    }

    void requireAcknowledged(String id) {
        if (!acknowledgedIds.contains(id)) {
            throw new AssertionError("a position behind " + id + " was committed, but it was never acknowledged");
        }
    }

    /** A relay was killed: what it had sent may have landed, in order, or not. */
    void loseInFlight() {
        if (current != null) {
            current.landSome();
        }
    }

    private void land(OutboxMessage message) {
        if (forbidden) {
            throw new AssertionError(message + " was published when nothing may be");
        }
        String key = new String(Objects.requireNonNull(message.key()), UTF_8);
        String value = new String(Objects.requireNonNull(message.value()), UTF_8);
        versionsByKey
                .computeIfAbsent(key, k -> new ArrayList<>())
                .add(Integer.parseInt(value.substring(0, value.indexOf(':'))));
        sightings++;
    }

    private final class SimulatedPublisher implements Publisher {
        private final List<ArrayDeque<Pending>> sent = new ArrayList<>();

        /** Where a message was refused; nothing behind it is published by this publisher. */
        private final BitSet sealed = new BitSet();

        private boolean closed;
        private boolean broken;
        private int unsettled;
        private long unsettledBytes;

        SimulatedPublisher() {
            for (int i = 0; i < PARTITIONS; i++) {
                sent.add(new ArrayDeque<>());
            }
        }

        @Override
        public void send(long number, OutboxMessage message) {
            requireOpen();
            refusedSends += message.id().equals(refusedId) ? 1 : 0;
            unsettled++;
            unsettledBytes += message.sizeBytes();
            unsettledMax = Math.max(unsettledMax, unsettled);
            unsettledBytesMax = Math.max(unsettledBytesMax, unsettledBytes);
            int partition =
                    Math.floorMod(new String(Objects.requireNonNull(message.key()), UTF_8).hashCode(), PARTITIONS);
            sent.get(partition).add(new Pending(number, message));
        }

        @Override
        public int drain(Outcomes outcomes, long nowNanos) {
            requireOpen();
            if (broken || away) {
                return 0;
            }
            if (drainThrows != null) {
                throw drainThrows;
            }
            Failure failure = breaksNow;
            if (failure != null && unsettled > 0) {
                breaksNow = null;
                return breakDown(outcomes, failure);
            }
            int delivered = 0;
            for (int i = 0; i < PARTITIONS; i++) {
                ArrayDeque<Pending> partition = sent.get(i);
                int acknowledged = random.nextInt(8);
                while (acknowledged-- > 0 && !partition.isEmpty() && !sealed.get(i) && !isWithheld(partition)) {
                    Pending pending = partition.remove();
                    sealed.set(i, pending.message().id().equals(refusedId));
                    settle(pending, outcomes);
                    delivered++;
                }
            }
            return delivered;
        }

        @Override
        public Optional<String> waitingFor() {
            return away ? Optional.of(awayBecause) : Optional.empty();
        }

        @Override
        public void close() {
            openPublishers -= closed ? 0 : 1;
            closed = true;
            if (closeThrows != null) {
                throw closeThrows;
            }
        }

        private boolean isWithheld(ArrayDeque<Pending> partition) {
            return partition.element().message().id().equals(withheldId);
        }

        private void settle(Pending pending, Outcomes outcomes) {
            unsettled--;
            unsettledBytes -= pending.message().sizeBytes();
            if (pending.message().id().equals(refusedId)) {
                outcomes.failed(pending.number(), Failure.of(FailureKind.POISON, "refused " + refusedId, "mend it"));
                return;
            }
            land(pending.message());
            acknowledgedIds.add(pending.message().id());
            outcomes.published(pending.number(), 0, pending.number());
        }

        /** Everything unsettled fails; some of it, in order, has landed all the same. */
        private int breakDown(Outcomes outcomes, Failure failure) {
            List<Long> failed = new ArrayList<>();
            sent.forEach(partition -> partition.forEach(pending -> failed.add(pending.number())));
            landSome();
            broken = !failed.isEmpty();
            failed.forEach(number -> outcomes.failed(number, failure));
            return failed.size();
        }

        private void landSome() {
            for (int i = 0; i < PARTITIONS; i++) {
                ArrayDeque<Pending> partition = sent.get(i);
                int landed = partition.isEmpty() || sealed.get(i) ? 0 : random.nextInt(partition.size() + 1);
                while (landed-- > 0 && !partition.element().message().id().equals(refusedId)) {
                    land(partition.remove().message());
                }
            }
        }

        private void requireOpen() {
            if (closed) {
                throw new AssertionError("used after close");
            }
        }
    }
}
