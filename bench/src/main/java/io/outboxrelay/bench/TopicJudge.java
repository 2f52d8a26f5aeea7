package io.outboxrelay.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.BitSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * Compares what stands in a topic with the workload: every event, as it was written, in the order of its key. Feed it every
 * record, each partition in order. Remembers a bit for each event and a number for each key. Confined to one thread.
 */
final class TopicJudge {
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
                && is(value(record, RelayDrainer.TYPE_HEADER), Workload.EVENT_TYPE);
    }

    private static byte @Nullable [] value(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : header.value();
    }

    private static boolean is(byte @Nullable [] bytes, String text) {
        return bytes != null && Arrays.equals(bytes, text.getBytes(US_ASCII));
    }
}
