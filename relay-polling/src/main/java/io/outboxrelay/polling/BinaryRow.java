package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.BinaryCopy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decodes what {@code COPY ... (FORMAT binary)} sends: a header, then for every row a count of fields and each field with its
 * length, then a count of -1. The fields are number, id, key, payload, then what routing asked for, then perhaps a timestamp. After PostgreSQL's manual,
 * "COPY", binary format; the server sends one row a message, the header together with the first. Used by one thread only.
 */
final class BinaryRow {

    /** Id, key and payload. */
    private static final int LEADING_FIELDS = 3;

    private static final int END = -1;

    /** From PostgreSQL's epoch, the beginning of 2000, back to that of 1970. */
    private static final long EPOCH_MICROS = 946_684_800_000_000L;

    private final FieldForm[] forms;
    private final boolean timed;
    private final RecentTexts texts = new RecentTexts();

    /**
     * Of rows like these.
     *
     * @param forms of every field but the number and the timestamp
     * @param timed whether the last field is the time of the row's commit, as a timestamptz
     */
    BinaryRow(List<FieldForm> forms, boolean timed) {
        this.forms = forms.toArray(FieldForm[]::new);
        this.timed = timed;
    }

    /** The row in a message, or null at the end of the stream. */
    @Nullable
    Row decode(ByteBuffer message) {
        if (!message.hasRemaining()) {
            return null;
        }
        int fields = message.getShort();
        if (fields == END) {
            return null;
        }
        if (fields != forms.length + (timed ? 2 : 1)) {
            throw BinaryCopy.unexpected("a row has " + fields + " fields");
        }
        int numberBytes = message.getInt();
        if (numberBytes >= 0 && numberBytes != Long.BYTES) {
            throw BinaryCopy.unexpected("a number of " + numberBytes + " bytes");
        }
        boolean numbered = numberBytes >= 0;
        long number = numbered ? message.getLong() : 0;
        byte[] id = bytes(message, 0);
        byte[] key = bytes(message, 1);
        byte[] payload = bytes(message, 2);
        @Nullable String[] columns = new String[forms.length - LEADING_FIELDS];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = text(message, LEADING_FIELDS + i);
        }
        long committedMicros = timed ? timestamp(message) : Row.COMMIT_UNKNOWN;
        if (message.hasRemaining()) {
            throw BinaryCopy.unexpected(message.remaining() + " bytes follow a row");
        }
        if (id == null) {
            throw new RelayException(
                    FailureKind.POISON,
                    "a row has no event id" + (numbered ? ", its number is " + number : ""),
                    "give the row an id, or delete it, and declare the column NOT NULL");
        }
        return new Row(
                number, new String(id, StandardCharsets.UTF_8), key, payload, Arrays.asList(columns), committedMicros);
    }

    private static long timestamp(ByteBuffer message) {
        int length = message.getInt();
        if (length >= 0 && length != Long.BYTES) {
            throw BinaryCopy.unexpected("a timestamp of " + length + " bytes");
        }
        return length < 0 ? Row.COMMIT_UNKNOWN : message.getLong() + EPOCH_MICROS;
    }

    private byte @Nullable [] bytes(ByteBuffer message, int field) {
        int length = message.getInt();
        return length < 0 ? null : forms[field].take(message, length);
    }

    private @Nullable String text(ByteBuffer message, int field) {
        int length = message.getInt();
        if (length < 0) {
            return null;
        }
        if (forms[field] != FieldForm.AS_IS) {
            return new String(forms[field].take(message, length), StandardCharsets.UTF_8);
        }
        String text = texts.of(message.array(), message.arrayOffset() + message.position(), length);
        message.position(message.position() + length);
        return text;
    }
}
