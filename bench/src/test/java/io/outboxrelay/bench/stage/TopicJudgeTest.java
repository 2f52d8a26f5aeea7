package io.outboxrelay.bench.stage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class TopicJudgeTest {
    /** One key, so that every event is the successor of the one before it. */
    private static final Workload WORKLOAD = new Workload(4, 1, 1, 1, 200);

    private final TopicJudge judge = new TopicJudge(WORKLOAD);

    @Test
    void every_event_once_and_in_order_is_clean() {
        accept(0, 1, 2, 3);
        assertThat(judge.verdict().isClean()).isTrue();
    }

    @Test
    void an_event_that_is_missing_is_lost() {
        accept(0, 1, 3);
        assertThat(judge.verdict()).isEqualTo(new TopicVerdict(1, 0, 0, 0));
        assertThat(judge.verdict().isClean()).isFalse();
    }

    @Test
    void an_event_behind_a_later_one_of_its_key_is_reordered() {
        accept(0, 2, 1, 3);
        assertThat(judge.verdict()).isEqualTo(new TopicVerdict(0, 0, 1, 0));
    }

    @Test
    void an_event_that_comes_twice_is_repeated() {
        accept(0, 1, 1, 2, 3);
        assertThat(judge.verdict()).isEqualTo(new TopicVerdict(0, 0, 0, 1));
    }

    @Test
    void what_is_not_as_it_was_written_is_a_phantom_and_the_event_is_lost() {
        String id = Workload.idOf(0);
        String payload = WORKLOAD.payloadOf(0);
        judge.accept(record("order-1", id, payload));
        judge.accept(record("order-0", Workload.idOf(1), payload));
        judge.accept(record("order-0", id, payload.replace("PAID", "paid")));
        judge.accept(record("order-0", id, "{}"));
        judge.accept(record("order-0", Workload.idOf(4), WORKLOAD.payloadOf(4)));
        assertThat(judge.verdict()).isEqualTo(new TopicVerdict(4, 5, 0, 0));
    }

    @Test
    void verdicts_add_up() {
        assertThat(new TopicVerdict(1, 2, 3, 4).and(new TopicVerdict(10, 20, 30, 40)))
                .isEqualTo(new TopicVerdict(11, 22, 33, 44));
    }

    private void accept(long... numbers) {
        LongStream.of(numbers)
                .mapToObj(number -> record("order-0", Workload.idOf(number), WORKLOAD.payloadOf(number)))
                .forEach(judge::accept);
    }

    private static ConsumerRecord<byte[], byte[]> record(String key, String id, String payload) {
        RecordHeaders headers = new RecordHeaders(List.of(
                new RecordHeader("id", id.getBytes(US_ASCII)),
                new RecordHeader("eventType", Workload.EVENT_TYPE.getBytes(US_ASCII))));
        return new ConsumerRecord<>(
                "topic",
                0,
                0,
                0,
                TimestampType.CREATE_TIME,
                0,
                0,
                key.getBytes(US_ASCII),
                payload.getBytes(US_ASCII),
                headers,
                Optional.empty());
    }
}
