package io.outboxrelay.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HistoryCheckerTest {
    private final CommittedHistory history = new CommittedHistory();
    private long nextOffset;

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
                    # sightings,   reordered, repeated, lost
                    1 2 3 4,       0,         0,        0
                    1 2 3 2 3 4,   0,         2,        0
                    1 2 2 3 4,     0,         1,        0
                    1 2 3 1 2 3 4, 0,         3,        0
                    1 2 3 2 1 2 3 4, 0,       4,        0
                    1 2 3 4 4,     0,         1,        0
                    1 3 2 4,       2,         0,        0
                    1 3 2 3 4,     1,         1,        0
                    1 2 3 2 4,     1,         1,        0
                    2 1 3 4,       2,         0,        0
                    1 2 3,         0,         0,        1
                    1 2 4,         1,         0,        1
                    none,          0,         0,        4
                    1 3 2,       1,         0,        1
                    """)
    void a_repeat_must_be_a_contiguous_rerun(String sightings, int reordered, int repeated, int lost) {
        List<OrderEvent> events = commit("order-1", 4);
        HistoryChecker checker = new HistoryChecker(history);

        for (String version : sightings.equals("none") ? new String[0] : sightings.split(" ")) {
            checker.accept(record(events.get(Integer.parseInt(version) - 1)));
        }

        Verdict verdict = checker.verdict();
        assertThat(verdict.reordered()).as("reordered").isEqualTo(reordered);
        assertThat(verdict.repeated()).as("repeated").isEqualTo(repeated);
        assertThat(verdict.lost()).as("lost").isEqualTo(lost);
        assertThat(verdict.published()).as("published").isEqualTo(4 - lost);
        assertThat(verdict.isSound()).isEqualTo(reordered == 0 && lost == 0);
    }

    @Test
    void keys_are_judged_apart() {
        List<OrderEvent> one = commit("order-1", 2);
        List<OrderEvent> two = commit("order-2", 2);

        Verdict verdict =
                judge(List.of(record(one.get(0)), record(two.get(0)), record(one.get(1)), record(two.get(1))));

        assertThat(verdict).hasToString("committed=4 published=4 lost=0 phantom=0 reordered=0 repeated=0");
    }

    @Test
    void an_event_of_a_rolled_back_transaction_is_a_phantom_and_takes_no_part_in_the_order() {
        OrderEvent undone = event("order-1", 1);
        history.rolledBack(List.of(undone));
        List<OrderEvent> events = commit("order-1", 1);

        Verdict verdict = judge(List.of(record(undone), record(events.get(0))));

        assertThat(verdict.phantom()).isEqualTo(1);
        assertThat(verdict.reordered()).isZero();
        assertThat(verdict.repeated()).isZero();
        assertThat(verdict.examples()).singleElement().asString().contains("was rolled back", "@0");
    }

    @Test
    void another_topic_key_payload_or_header_is_a_phantom_and_leaves_the_event_lost() {
        OrderEvent event = commit("order-1", 1).get(0);
        ConsumerRecord<byte[], byte[]> moreHeaders = record(event);
        moreHeaders.headers().add("id", event.id().toString().getBytes(UTF_8));
        ConsumerRecord<byte[], byte[]> otherHeader = record(event);
        otherHeader
                .headers()
                .remove("id")
                .add("id", UUID.randomUUID().toString().getBytes(UTF_8));
        ConsumerRecord<byte[], byte[]> noHeader = record(event);
        noHeader.headers().remove("id");

        Verdict verdict = judge(List.of(
                record("outbox.event.payment", "order-1", payload(1), event.id()),
                record("outbox.event.order", "order-2", payload(1), event.id()),
                record("outbox.event.order", "order-1", payload(2), event.id()),
                record("outbox.event.order", "order-1", null, event.id()),
                moreHeaders,
                otherHeader,
                noHeader));

        assertThat(verdict.phantom()).isEqualTo(7);
        assertThat(verdict.lost()).isEqualTo(1);
        assertThat(verdict.published()).isZero();
    }

    @Test
    void a_mapped_header_is_demanded() {
        OrderEvent event = commit("order-1", 1).get(0);
        HistoryChecker checker =
                new HistoryChecker(history, Expectation.standard().withTypeHeader("eventType"));
        checker.accept(record(event));
        ConsumerRecord<byte[], byte[]> twice = record(event);
        twice.headers().add("id", event.id().toString().getBytes(UTF_8));
        checker.accept(twice);
        ConsumerRecord<byte[], byte[]> right = record(event);
        right.headers().add("eventType", OrderTransaction.EVENT_TYPE.getBytes(UTF_8));
        checker.accept(right);

        assertThat(checker.verdict().phantom()).isEqualTo(2);
        assertThat(checker.verdict().published()).isEqualTo(1);
    }

    @Test
    void a_key_in_two_partitions_is_reordered() {
        List<OrderEvent> events = commit("order-1", 2);
        ConsumerRecord<byte[], byte[]> elsewhere =
                new ConsumerRecord<>("outbox.event.order", 1, 0, bytes("order-1"), bytes(payload(2)));
        elsewhere.headers().add("id", bytes(events.get(1).id().toString()));

        assertThat(judge(List.of(record(events.get(0)), elsewhere)).reordered()).isEqualTo(1);
    }

    @Test
    void refuses_a_history_that_is_not_final_or_not_contiguous() {
        OrderEvent open = event("order-1", 1);
        history.unknown(List.of(open));
        assertThatThrownBy(() -> new HistoryChecker(history)).hasMessageContaining("unknown outcome");

        history.settle(Set.of(open.id()));
        assertThat(judge(List.of(record(open))).isSound()).isTrue();

        history.committed(List.of(event("order-1", 3)), 1);
        assertThatThrownBy(() -> new HistoryChecker(history)).hasMessageContaining("not contiguous");
    }

    @Test
    void settling_answers_what_is_unknown_and_takes_back_what_a_crash_undid() {
        List<OrderEvent> events = commit("order-1", 3);
        OrderEvent took = event("order-2", 1);
        OrderEvent not = event("order-2", 1);
        history.unknown(List.of(took, not));

        CommittedHistory.Settlement settlement =
                history.settle(Set.of(events.get(0).id(), events.get(1).id(), took.id()));

        assertThat(settlement).isEqualTo(new CommittedHistory.Settlement(1, 1, 1));
        assertThat(history.committedCount()).isEqualTo(3);
        assertThat(history.isRolledBack(not.id())).isTrue();
        assertThatThrownBy(() -> history.settle(Set.of(UUID.randomUUID()))).isInstanceOf(IllegalStateException.class);
    }

    private Verdict judge(List<ConsumerRecord<byte[], byte[]>> records) {
        HistoryChecker checker = new HistoryChecker(history);
        records.forEach(checker::accept);
        return checker.verdict();
    }

    private List<OrderEvent> commit(String key, int versions) {
        List<OrderEvent> events = new ArrayList<>();
        for (int version = 1; version <= versions; version++) {
            events.add(event(key, version));
        }
        history.committed(events, 1);
        return events;
    }

    private static OrderEvent event(String key, int version) {
        return new OrderEvent(UUID.randomUUID(), key, version, "order", OrderEvent.hash(bytes(payload(version))), 0);
    }

    private ConsumerRecord<byte[], byte[]> record(OrderEvent event) {
        return record("outbox.event.order", event.key(), payload(event.version()), event.id());
    }

    private ConsumerRecord<byte[], byte[]> record(String topic, String key, String payload, UUID id) {
        byte[] value = payload == null ? null : bytes(payload);
        ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(topic, 0, nextOffset++, bytes(key), value);
        record.headers().add("id", bytes(id.toString()));
        return record;
    }

    private static String payload(int version) {
        return "{\"version\": " + version + "}";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
