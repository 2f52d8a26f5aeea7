package io.outboxrelay.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxMessage.Header;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** Messages, settings and judgements that the tests of the publisher share. */
final class PublishScene {

    private PublishScene() {}

    static PublisherSettings settings(EmbeddedKafka kafka) {
        return PublisherSettings.of(Map.of("bootstrap.servers", kafka.bootstrapServers()), 32L * 1024 * 1024);
    }

    static OutboxMessage numbered(String topic, int number) {
        return message(topic, number, "key-" + number % 20, bytes("value " + number));
    }

    static OutboxMessage message(String topic, int number, @Nullable String key, byte @Nullable [] value) {
        String id = Integer.toString(number);
        return new OutboxMessage(
                id,
                topic,
                key == null ? null : bytes(key),
                value,
                List.of(new Header("id", bytes(id)), new Header("type", bytes("Ünï"))));
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    static void letPass(PublishRun run, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        run.runUntil(time.plusSeconds(10), () -> System.nanoTime() > end);
    }

    static void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    static void assertOrderedPerKey(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, Integer> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            if (record.key() == null) {
                continue;
            }
            int number = Integer.parseInt(id(record));
            Integer before = last.put(new String(record.key(), UTF_8), number);
            assertThat(number)
                    .as("message behind %s of the same key", before)
                    .isGreaterThan(before == null ? -1 : before);
        }
    }

    /** Everything that stands in a topic, in the order of each partition. */
    static List<ConsumerRecord<byte[], byte[]>> read(String servers, String topic) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (TopicReader reader = new TopicReader(servers, topic::equals)) {
            reader.readToEnd(Duration.ofMinutes(1), all::add);
        }
        return all;
    }

    static List<String> ids(String servers, String topic) {
        return read(servers, topic).stream().map(PublishScene::id).toList();
    }

    static String id(ConsumerRecord<byte[], byte[]> record) {
        return new String(
                Objects.requireNonNull(record.headers().lastHeader("id")).value(), UTF_8);
    }
}
