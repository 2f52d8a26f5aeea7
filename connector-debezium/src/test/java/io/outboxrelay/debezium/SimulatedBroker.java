package io.outboxrelay.debezium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.publish.Outcomes;
import io.outboxrelay.publish.Publisher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A broker of a few partitions: what it acknowledges is in order within each, and comes at any time. It may be away, and break. */
final class SimulatedBroker {

    private static final int PARTITIONS = 3;

    private record Sent(long number, OutboxMessage message) {}

    private final SplittableRandom random;
    private final Map<String, List<Integer>> sightings = new HashMap<>();
    private final Set<String> acknowledged = new HashSet<>();
    private @Nullable OnePublisher current;
    private int landed;

    /** The most that one publisher held at once. */
    int heldMax;

    boolean away;
    boolean breaksNow;

    SimulatedBroker(SplittableRandom random) {
        this.random = random;
    }

    Publisher newPublisher() {
        breaksNow = false;
        current = new OnePublisher();
        return current;
    }

    boolean hasAcknowledged(String id) {
        return acknowledged.contains(id);
    }

    /** How many messages stand in it, repeats among them. */
    int landed() {
        return landed;
    }

    /** Whoever published is gone: what was on its way may have arrived, in order, or not. */
    void loseInFlight() {
        if (current != null) {
            current.landSome();
        }
    }

    /** Per key 1 2 3 … up to the last, repeats as runs without a hole; and nothing else. */
    void requireEverythingInOrder(long seed, Map<String, Integer> lastVersions) {
        assertThat(sightings.keySet()).as("seed %d: the keys", seed).isEqualTo(lastVersions.keySet());
        sightings.forEach((key, versions) -> {
            int before = 0;
            int highest = 0;
            for (int version : versions) {
                assertThat(version)
                        .as("seed %d: %s in order: %s", seed, key, versions)
                        .isLessThanOrEqualTo(before + 1);
                before = version;
                highest = Math.max(highest, version);
            }
            assertThat(highest)
                    .as("seed %d: the last of %s: %s", seed, key, versions)
                    .isEqualTo(lastVersions.get(key));
        });
    }

    private void land(OutboxMessage message) {
        String id = message.id();
        int dash = id.indexOf('-');
        sightings
                .computeIfAbsent(id.substring(0, dash), key -> new ArrayList<>())
                .add(Integer.parseInt(id.substring(dash + 1)));
        landed++;
    }

    private final class OnePublisher implements Publisher {

        private final List<ArrayDeque<Sent>> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(i -> new ArrayDeque<Sent>())
                .toList();
        private boolean broken;

        @Override
        public void send(long number, OutboxMessage message) {
            String key = new String(Objects.requireNonNull(message.key()), UTF_8);
            partitions.get(Math.floorMod(key.hashCode(), PARTITIONS)).add(new Sent(number, message));
            heldMax = Math.max(
                    heldMax, partitions.stream().mapToInt(ArrayDeque::size).sum());
        }

        @Override
        public int drain(Outcomes outcomes, long nowNanos) {
            if (broken || away) {
                return 0;
            }
            if (breaksNow) {
                breaksNow = false;
                broken = true;
                List<Sent> failing =
                        partitions.stream().flatMap(ArrayDeque::stream).toList();
                landSome();
                Failure failure = Failure.of(FailureKind.TRANSIENT, "producer broken", "wait");
                failing.forEach(sent -> outcomes.failed(sent.number(), failure));
                return failing.size();
            }
            int count = 0;
            for (ArrayDeque<Sent> partition : partitions) {
                for (int i = random.nextInt(8); i > 0 && !partition.isEmpty(); i--) {
                    Sent sent = partition.remove();
                    land(sent.message());
                    acknowledged.add(sent.message().id());
                    outcomes.published(sent.number(), 0, sent.number());
                    count++;
                }
            }
            return count;
        }

        private void landSome() {
            for (ArrayDeque<Sent> partition : partitions) {
                for (int i = random.nextInt(partition.size() + 1); i > 0; i--) {
                    land(partition.remove().message());
                }
            }
        }

        @Override
        public Optional<String> waitingFor() {
            return Optional.empty();
        }

        @Override
        public void close() {
            landSome();
            partitions.forEach(ArrayDeque::clear);
        }
    }
}
