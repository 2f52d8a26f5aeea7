package io.outboxrelay.bench.stage;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.outboxrelay.testkit.TopicReader;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Compares what stands in a topic with the workload: every event, as it was written, in the order of its key. Feed it every
 * record, each partition in order. Remembers a bit for each event and a number for each key. Confined to one thread.
 */
public final class TopicJudge {
    private static final Duration READING_MAX = Duration.ofMinutes(20);

    private final Workload workload;
    private final BitSet seen = new BitSet();
    private final long[] lastOfKey;
    private long published;
    private long phantom;
    private long reordered;
    private long repeated;

    TopicJudge(Workload workload) {
        this.workload = workload;
        this.lastOfKey = new long[workload.keys() + workload.writers()];
        Arrays.fill(lastOfKey, -1);
    }

    /** Reads a topic from its beginning to its end. */
    public static TopicVerdict judge(Servers servers, String topic, Workload workload) {
        TopicJudge judge = new TopicJudge(workload);
        try (TopicReader reader = new TopicReader(servers.kafka().bootstrapServers(), topic::equals)) {
            reader.readToEnd(READING_MAX, judge::accept);
        }
        return judge.verdict();
    }

    void accept(ConsumerRecord<byte[], byte[]> record) {
        long number = record.value() == null ? -1 : Workload.numberIn(record.value());
        if (number < 0 || number >= workload.events() || !isAsWritten(number, record)) {
            phantom++;
            return;
        }
        if (seen.get((int) number)) {
            repeated++;
            return;
        }
        seen.set((int) number);
        published++;
        int key = workload.keyIndexOf(number);
        if (number < lastOfKey[key]) {
            reordered++;
        }
        lastOfKey[key] = Math.max(lastOfKey[key], number);
    }

    TopicVerdict verdict() {
        return new TopicVerdict(workload.events() - published, phantom, reordered, repeated);
    }

    private boolean isAsWritten(long number, ConsumerRecord<byte[], byte[]> record) {
        return is(record.value(), workload.payloadOf(number))
                && is(record.key(), Workload.key(workload.keyIndexOf(number)))
                && record.headers().toArray().length == 2
                && is(value(record, "id"), Workload.idOf(number))
                && is(value(record, Relay.TYPE_HEADER), Workload.EVENT_TYPE);
    }

    private static byte @Nullable [] value(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : header.value();
    }

    private static boolean is(byte @Nullable [] bytes, String text) {
        return bytes != null && Arrays.equals(bytes, text.getBytes(US_ASCII));
    }
}
