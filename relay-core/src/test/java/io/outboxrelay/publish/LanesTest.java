package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.outbox.OutboxMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may go when, against a gate that plays a producer: unknown topics, no room, refusals on the spot. */
class LanesTest implements Lanes.Gate {

    private static final long FIVE_MILLIS = 5_000_000;

    private final CarefulTopics careful = new CarefulTopics();
    private final Mailbox mailbox = new Mailbox(() -> {});
    private final Lanes lanes = new Lanes(this, careful);
    private final Set<String> known = new HashSet<>();
    private final Set<String> invalid = new HashSet<>();
    private final Set<String> noRoomFor = new HashSet<>();
    private final List<Ticket> inFlight = new ArrayList<>();
    private final Map<String, List<Long>> admitted = new HashMap<>();
    private int room = Integer.MAX_VALUE;
    private int attempts;
    private long nextNumber;

    @Override
    public @Nullable Exception admit(Ticket ticket) {
        attempts++;
        String topic = ticket.lane.topic();
        if (invalid.contains(topic)) {
            return new InvalidTopicException(topic);
        }
        if (!known.contains(topic)) {
            return new TimeoutException("not present in metadata");
        }
        if (inFlight.size() >= room || noRoomFor.contains(topic)) {
            return new BufferExhaustedException("no room");
        }
        List<Ticket> neighbours =
                inFlight.stream().filter(other -> other.lane == ticket.lane).toList();
        if (isLarge(ticket) || neighbours.stream().anyMatch(neighbour -> neighbour.alone)) {
            assertThat(neighbours).as("beside %s", ticket.number).isEmpty();
        }
        inFlight.add(ticket);
        admitted.computeIfAbsent(topic, name -> new ArrayList<>()).add(ticket.number);
        return null;
    }

    @Test
    void a_topic_that_is_not_known_holds_only_itself() {
        known.add("a");
        send("b", 10);
        send("a", 10);
        send("b", 10);
        send("a", 10);
        assertThat(admitted).containsExactly(Map.entry("a", List.of(1L, 3L)));

        known.add("b");
        lanes.advanceWaiting(1, true);
        assertThat(admitted.get("b")).containsExactly(0L, 2L);
    }

    @Test
    void keeps_its_pace_while_there_is_no_news() {
        send("b", 10);
        for (long now = 0; now < 1_000 * FIVE_MILLIS; now += FIVE_MILLIS / 5) {
            lanes.advanceWaiting(now, false);
        }
        assertThat(attempts)
                .as("attempts in five seconds, 200 ms apart in the end")
                .isBetween(25, 40);
    }

    @Test
    void who_is_large_goes_alone_and_holds_back_successors() {
        known.add("a");
        send("a", 10);
        send("a", 2_000_000);
        send("a", 10);
        assertThat(admitted.get("a")).containsExactly(0L);

        settleFirst();
        assertThat(admitted.get("a")).containsExactly(0L, 1L);
        settleFirst();
        assertThat(admitted.get("a")).containsExactly(0L, 1L, 2L);
    }

    @Test
    void a_sealed_lane_lets_nobody_go_and_is_not_forgotten() {
        known.add("a");
        send("a", 2_000_000);
        send("a", 10);
        inFlight.get(0).lane.seal();
        settleFirst();
        send("a", 10);
        lanes.advanceWaiting(FIVE_MILLIS, true);

        assertThat(admitted.get("a")).containsExactly(0L);
        assertThat(lanes.count()).isOne();
    }

    @Test
    void a_refusal_on_the_spot_comes_out_of_the_mailbox_and_holds_back_successors_until_then() {
        invalid.add("a");
        send("a", 10);
        invalid.clear();
        known.add("a");
        send("a", 10);

        Ticket refused = mailbox.takeAll();
        assertThat(refused).isNotNull();
        assertThat(refused.number).isZero();
        assertThat(refused.alone).isTrue();
        assertThat(refused.error).isInstanceOf(InvalidTopicException.class);
        assertThat(admitted).isEmpty();
    }

    @Test
    void who_has_waited_longest_gets_the_first_room() {
        known.addAll(Set.of("a", "b", "c"));
        room = 1;
        send("a", 10);
        send("b", 10);
        send("c", 10);
        send("a", 10);
        settleFirst();
        assertThat(admitted).containsKeys("a", "b").doesNotContainKey("c");
        settleFirst();
        assertThat(admitted.get("c")).containsExactly(2L);
        assertThat(admitted.get("a")).containsExactly(0L);
    }

    @Test
    void while_one_finds_no_room_nobody_slips_past_into_what_room_there_is() {
        known.addAll(Set.of("a", "b"));
        noRoomFor.add("a");
        send("a", 900_000);
        send("b", 10);
        lanes.advanceWaiting(FIVE_MILLIS, true);
        assertThat(admitted).isEmpty();
        assertThat(lanes.isFull()).isTrue();

        noRoomFor.clear();
        lanes.advanceWaiting(FIVE_MILLIS, false);
        assertThat(admitted).containsKeys("a", "b");
    }

    @Test
    void in_a_careful_topic_messages_go_one_by_one_as_often_as_it_was_said() {
        careful.add("a", 2);
        known.add("a");
        for (int i = 0; i < 5; i++) {
            send("a", 10);
        }
        assertThat(admitted.get("a")).hasSize(1);
        settleFirst();
        assertThat(admitted.get("a")).hasSize(2);
        settleFirst();
        assertThat(admitted.get("a")).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void whatever_happens_each_topic_keeps_its_order_and_loses_nobody(long seed) {
        Random random = new Random(seed);
        Map<String, List<Long>> sent = new HashMap<>();
        long now = 0;
        for (int step = 0; step < 20_000; step++) {
            now += random.nextInt(1_000_000);
            String topic = "t" + random.nextInt(8);
            switch (random.nextInt(10)) {
                case 0 -> known.add(topic);
                case 1 -> known.remove(topic);
                case 2 -> room = random.nextInt(20);
                case 3 -> careful.add(topic, 1 + random.nextInt(5));
                case 4, 5 -> lanes.advanceWaiting(now, random.nextBoolean());
                case 6, 7 -> {
                    if (!inFlight.isEmpty()) {
                        lanes.settle(inFlight.remove(random.nextInt(inFlight.size())));
                    }
                }
                default -> {
                    sent.computeIfAbsent(topic, name -> new ArrayList<>()).add(nextNumber);
                    send(topic, random.nextInt(10) == 0 ? 1_500_000 : 10);
                }
            }
        }
        room = Integer.MAX_VALUE;
        known.addAll(sent.keySet());
        for (int i = 0; i <= nextNumber; i++) {
            lanes.advanceWaiting(now, true);
            inFlight.forEach(lanes::settle);
            inFlight.clear();
        }

        assertThat(admitted).as("seed %s", seed).isEqualTo(sent);
        assertThat(lanes.count()).as("lanes left over").isZero();
    }

    private void send(String topic, int sizeBytes) {
        OutboxMessage message = new OutboxMessage("id", topic, null, new byte[sizeBytes], List.of());
        lanes.send(new Ticket(nextNumber++, message, lanes.of(topic), mailbox), 0);
    }

    private void settleFirst() {
        lanes.settle(inFlight.remove(0));
        lanes.advanceWaiting(0, false);
    }

    private static boolean isLarge(Ticket ticket) {
        return ticket.message().sizeBytes() > Lane.CERTAIN_BYTES_MAX;
    }
}
