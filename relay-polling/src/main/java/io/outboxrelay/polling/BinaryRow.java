package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes what {@code COPY ... (FORMAT binary)} sends: a header, then for every row a count of fields and each field with its
 * length, then a count of -1. The fields are number, id, key, payload, then what routing asked for. After PostgreSQL's manual,
 * "COPY", binary format; the server sends one row a message, the header together with the first.
 */
final class BinaryRow {

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int FLAGS_BYTES = 4;
    private static final int LEADING_FIELDS = 4;
    private static final int END = -1;

    private BinaryRow() {}

    /**
     * Takes the header off a stream's first message.
     *
     * @throws RelayException if it is none, which no PostgreSQL sends
     */
    static void skipHeader(ByteBuffer message) {
        byte[] signature = new byte[Math.min(SIGNATURE.length, message.remaining())];
        message.get(signature);
        if (!Arrays.equals(signature, SIGNATURE) || message.remaining() < FLAGS_BYTES + Integer.BYTES) {
            throw unexpected("a stream begins with " + Arrays.toString(signature));
        }
        message.getInt();
        int extensionBytes = message.getInt();
        message.position(message.position() + extensionBytes);
    }

    /** The row in a message, or null at the end of the stream. */
    static @Nullable Row decode(ByteBuffer message) {
        if (!message.hasRemaining()) {
            return null;
        }
        int fields = message.getShort();
        if (fields == END) {
            return null;
        }
        if (fields < LEADING_FIELDS) {
            throw unexpected("a row has " + fields + " fields");
        }
        byte[] number = bytes(message);
        String id = text(message);
        byte[] key = bytes(message);
        byte[] payload = bytes(message);
        List<@Nullable String> columns = new ArrayList<>(fields - LEADING_FIELDS);
        for (int i = LEADING_FIELDS; i < fields; i++) {
            columns.add(text(message));
        }
        if (message.hasRemaining()) {
            throw unexpected(message.remaining() + " bytes follow a row");
        }
        long n = number == null ? 0 : ByteBuffer.wrap(number).getLong();
        if (id == null) {
            throw new RelayException(
                    FailureKind.POISON,
                    "a row has no event id" + (number == null ? "" : ", its number is " + n),
                    "give the row an id, or delete it, and declare the column NOT NULL");
        }
        return new Row(n, id, key, payload, Collections.unmodifiableList(columns));
    }

    private static byte @Nullable [] bytes(ByteBuffer message) {
        int length = message.getInt();
        if (length < 0) {
            return null;
        }
        byte[] value = new byte[length];
        message.get(value);
        return value;
    }

    private static @Nullable String text(ByteBuffer message) {
        int length = message.getInt();
        if (length < 0) {
            return null;
        }
        String value =
                new String(message.array(), message.arrayOffset() + message.position(), length, StandardCharsets.UTF_8);
        message.position(message.position() + length);
        return value;
    }

    private static RelayException unexpected(String what) {
        return new RelayException(
                FailureKind.BUG,
                "COPY sent what is not its binary format: " + what,
                "report this, with the server's version");
    }
}
