package io.outboxrelay.polling;

import io.outboxrelay.jdbc.BinaryCopy;
import io.outboxrelay.jdbc.OutboxTable.Column;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** In which form a column's values come through COPY, and how they become the bytes of the column's text. */
enum FieldForm {

    /** As text, or a bytea as its bytes: what arrives is what is meant. */
    AS_IS,

    /** 16 bytes. Shorter on the way, and cheaper for the server, than its text of 36. */
    UUID,

    /** A version, and then the same text that a cast to text would give, without the server copying it once more. */
    JSONB;

    private static final int UUID_BYTES = 16;
    private static final int UUID_CHARACTERS = 36;
    private static final byte JSONB_VERSION = 1;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    static FieldForm of(Column column) {
        return switch (column.type()) {
            case "uuid" -> UUID;
            case "jsonb" -> JSONB;
            default -> AS_IS;
        };
    }

    /**
     * Takes a value out of a message, as the bytes of its text in UTF-8; those of a bytea as they are.
     *
     * @param length how many bytes of the message are the value
     */
    byte[] take(ByteBuffer message, int length) {
        return switch (this) {
            case AS_IS -> copied(message, length);
            case UUID -> uuid(message, length);
            case JSONB -> {
                if (length < 1 || message.get() != JSONB_VERSION) {
                    throw BinaryCopy.unexpected("a jsonb of another version");
                }
                yield copied(message, length - 1);
            }
        };
    }

    private static byte[] copied(ByteBuffer message, int length) {
        int from = message.arrayOffset() + message.position();
        message.position(message.position() + length);
        return Arrays.copyOfRange(message.array(), from, from + length);
    }

    private static byte[] uuid(ByteBuffer message, int length) {
        if (length != UUID_BYTES) {
            throw BinaryCopy.unexpected("a uuid of " + length + " bytes");
        }
        byte[] text = new byte[UUID_CHARACTERS];
        int at = 0;
        for (int i = 0; i < UUID_BYTES; i++) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                text[at++] = '-';
            }
            byte b = message.get();
            text[at++] = HEX[(b >> 4) & 0xF];
            text[at++] = HEX[b & 0xF];
        }
        return text;
    }
}
