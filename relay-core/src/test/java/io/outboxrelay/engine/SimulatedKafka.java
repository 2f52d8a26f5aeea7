package io.outboxrelay.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.failure.Problem;
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

    static final String DEAD_LETTERS = "dead-letters";

    private static final int PARTITIONS = 4;

    private record Pending(long number, OutboxMessage message) {}

    private final RandomGenerator random;
    private final Map<String, List<Integer>> versionsByKey = new TreeMap<>();
    private final Set<String> acknowledgedIds = new HashSet<>();
    private final Set<String> deadLetterIds = new HashSet<>();
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

    /** In any topic but that of dead letters. */
    @Nullable
    String refusedId;

    /** The same of all whose ids end so. */
    @Nullable
    String refusedEnding;

    /** Dead letters too. */
    boolean refusesDeadLetters;

    /** This one's. */
    @Nullable
    String refusedLetterId;

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

    Set<String> deadLetterIds() {
        return deadLetterIds;
    }

    boolean refuses(OutboxMessage message) {
        boolean poison = message.id().equals(refusedId)
                || (refusedEnding != null && message.id().endsWith(refusedEnding));
        boolean refusesLetter = refusesDeadLetters || message.id().equals(refusedLetterId);
        return poison && (refusesLetter || !message.topic().equals(DEAD_LETTERS));
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
        sightings++;
        if (message.topic().equals(DEAD_LETTERS)) {
            deadLetterIds.add(message.id());
            return;
        }
        String key = new String(Objects.requireNonNull(message.key()), UTF_8);
        String value = new String(Objects.requireNonNull(message.value()), UTF_8);
        versionsByKey
                .computeIfAbsent(key, k -> new ArrayList<>())
                .add(Integer.parseInt(value.substring(0, value.indexOf(':'))));
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
            for (int i = 0; i <= PARTITIONS; i++) {
                sent.add(new ArrayDeque<>());
            }
        }

        @Override
        public void send(long number, OutboxMessage message) {
            requireOpen();
            refusedSends += refuses(message) ? 1 : 0;
            unsettled++;
            unsettledBytes += message.sizeBytes();
            unsettledMax = Math.max(unsettledMax, unsettled);
            unsettledBytesMax = Math.max(unsettledBytesMax, unsettledBytes);
            int partition = message.topic().equals(DEAD_LETTERS)
                    ? PARTITIONS
                    : Math.floorMod(new String(Objects.requireNonNull(message.key()), UTF_8).hashCode(), PARTITIONS);
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
            for (int i = 0; i <= PARTITIONS; i++) {
                ArrayDeque<Pending> partition = sent.get(i);
                int acknowledged = random.nextInt(8);
                while (acknowledged-- > 0 && !partition.isEmpty() && !sealed.get(i) && !isWithheld(partition)) {
                    Pending pending = partition.remove();
                    sealed.set(i, settle(pending, outcomes));
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

        /** Whether nothing behind it is to be published. */
        private boolean settle(Pending pending, Outcomes outcomes) {
            unsettled--;
            OutboxMessage message = pending.message();
            unsettledBytes -= message.sizeBytes();
            if (refuses(message)) {
                Problem problem = new Problem("refused " + message.id(), "mend it");
                return !outcomes.refused(pending.number(), Failure.poison(PoisonReason.REFUSED, problem, null));
            }
            land(message);
            acknowledgedIds.add(message.id());
            outcomes.published(pending.number(), 0, pending.number());
            return false;
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
            for (int i = 0; i <= PARTITIONS; i++) {
                ArrayDeque<Pending> partition = sent.get(i);
                int landed = partition.isEmpty() || sealed.get(i) ? 0 : random.nextInt(partition.size() + 1);
                while (landed-- > 0 && !refuses(partition.element().message())) {
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
