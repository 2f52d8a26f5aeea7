package io.outboxrelay.bench.throughput;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.outboxrelay.bench.stage.Relay;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Decodes the rows of a binary COPY of number, id, key, payload and type, none of them null, with as little work as there can be.
 * Confined to one thread.
 */
final class CeilingRow {
    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
    private static final int HEADER_BYTES = 19;
    /** A jsonb begins with its version. */
    private static final int JSONB_VERSION_BYTES = 1;

    private final String topic;
    private boolean headerTaken;
    private ByteBuffer row = ByteBuffer.allocate(0);
    private long number;

    CeilingRow(String topic) {
        this.topic = topic;
    }

    /** Whether the message holds a row; the last one does not. */
    boolean decode(byte[] message) {
        row = ByteBuffer.wrap(message);
        if (!headerTaken) {
            row.position(HEADER_BYTES);
            headerTaken = true;
        }
        if (row.getShort() < 0) {
            return false;
        }
        row.getInt();
        number = row.getLong();
        return true;
    }

    long number() {
        return number;
    }

    /** Once for each row. */
    ProducerRecord<byte[], byte[]> message() {
        row.getInt();
        byte[] id = uuid(row.getLong(), row.getLong());
        byte[] key = bytes(0);
        byte[] payload = bytes(JSONB_VERSION_BYTES);
        RecordHeaders headers = new RecordHeaders();
        headers.add(new RecordHeader("id", id));
        headers.add(new RecordHeader(Relay.TYPE_HEADER, bytes(0)));
        return new ProducerRecord<>(topic, null, null, key, payload, headers);
    }

    private byte[] bytes(int skipped) {
        byte[] value = new byte[row.getInt() - skipped];
        row.position(row.position() + skipped);
        row.get(value);
        return value;
    }

    private static byte[] uuid(long high, long low) {
        byte[] text = new byte[36];
        int at = 0;
        for (int i = 0; i < 32; i++) {
            if (i == 8 || i == 12 || i == 16 || i == 20) {
                text[at++] = '-';
            }
            long bits = i < 16 ? high : low;
            text[at++] = HEX[(int) (bits >>> (60 - 4 * (i & 15))) & 15];
        }
        return text;
    }
}
