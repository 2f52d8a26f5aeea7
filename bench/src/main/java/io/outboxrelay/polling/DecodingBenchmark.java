package io.outboxrelay.polling;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * A message of COPY becomes a row: a uuid, a short key, a jsonb of 200 bytes, two columns of few kinds. Stands in the package of
 * what it measures, because that is nobody else's to call.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecodingBenchmark {
    /** A power of 2; a few hundred kilobytes, as much as a processor has at hand. */
    private static final int MESSAGES = 1_024;

    private static final int PAYLOAD_BYTES = 200;
    private static final byte JSONB_VERSION = 1;

    private final BinaryRow decoding = new BinaryRow(
            List.of(FieldForm.UUID, FieldForm.AS_IS, FieldForm.JSONB, FieldForm.AS_IS, FieldForm.AS_IS), false);
    private final byte[][] messages = new byte[MESSAGES][];
    private int next;

    public DecodingBenchmark() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < MESSAGES; i++) {
            messages[i] = message(i, random);
        }
    }

    @Benchmark
    public @Nullable Object row() {
        next = (next + 1) & (MESSAGES - 1);
        return decoding.decode(ByteBuffer.wrap(messages[next]));
    }

    private static byte[] message(int number, SplittableRandom random) {
        byte[] key = ascii("order-" + random.nextInt(100_000));
        byte[] type = ascii(random.nextInt(4) == 0 ? "payment" : "order");
        byte[] event = ascii(random.nextInt(4) == 0 ? "OrderShipped" : "OrderChanged");
        ByteBuffer message = ByteBuffer.allocate(1_024);
        message.putShort((short) 6);
        message.putInt(Long.BYTES).putLong(number);
        message.putInt(2 * Long.BYTES).putLong(random.nextLong()).putLong(random.nextLong());
        message.putInt(key.length).put(key);
        message.putInt(1 + PAYLOAD_BYTES).put(JSONB_VERSION).put(ascii("\"" + "x".repeat(PAYLOAD_BYTES - 2) + "\""));
        message.putInt(type.length).put(type);
        message.putInt(event.length).put(event);
        byte[] whole = new byte[message.position()];
        message.flip().get(whole);
        return whole;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
