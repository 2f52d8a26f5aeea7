package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BinaryRowTest {

    @Test
    void decodes_fields_in_their_order_and_keeps_nulls() {
        ByteBuffer message = message(number(42), text("id"), null, new byte[] {0, -1}, text("caf\u00e9"), null);
        Row row = BinaryRow.decode(message);
        assertThat(row.number()).isEqualTo(42);
        assertThat(row.id()).isEqualTo("id");
        assertThat(row.key()).isNull();
        assertThat(row.payload()).isEqualTo(new byte[] {0, -1});
        assertThat(row.columns()).containsExactly("caf\u00e9", null);
    }

    @Test
    void the_end_of_the_stream_is_no_row() {
        assertThat(BinaryRow.decode(ByteBuffer.allocate(2).putShort((short) -1).flip()))
                .isNull();
        assertThat(BinaryRow.decode(ByteBuffer.allocate(0))).isNull();
    }

    @Test
    void skips_the_header_with_whatever_extension_it_has() {
        ByteBuffer message = ByteBuffer.allocate(64);
        message.put("PGCOPY\n".getBytes(StandardCharsets.ISO_8859_1)).put((byte) 0xFF);
        message.put("\r\n\0".getBytes(StandardCharsets.ISO_8859_1))
                .putInt(0)
                .putInt(3)
                .put(new byte[3]);
        message.putShort((short) 77).flip();
        BinaryRow.skipHeader(message);
        assertThat(message.getShort()).isEqualTo((short) 77);
    }

    @Test
    void what_is_no_header_or_no_row_is_not_guessed_at() {
        assertFails(FailureKind.BUG, () -> BinaryRow.skipHeader(ByteBuffer.wrap(text("something else entirely"))));
        assertFails(FailureKind.BUG, () -> BinaryRow.skipHeader(ByteBuffer.allocate(0)));
        assertFails(FailureKind.BUG, () -> BinaryRow.decode(message(number(1), text("id"))));
        ByteBuffer longer = ByteBuffer.allocate(100);
        longer.put(message(number(1), text("id"), null, null)).put((byte) 1).flip();
        assertFails(FailureKind.BUG, () -> BinaryRow.decode(longer));
    }

    @Test
    void a_row_without_an_id_is_poison_and_names_its_number() {
        assertThatThrownBy(() -> BinaryRow.decode(message(number(42), null, null, null)))
                .isInstanceOfSatisfying(RelayException.class, e -> {
                    assertThat(e.failure().kind()).isEqualTo(FailureKind.POISON);
                    assertThat(e.failure().summary()).contains("42");
                });
    }

    private static void assertFails(FailureKind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        RelayException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(kind));
    }

    private static ByteBuffer message(byte[]... fields) {
        ByteBuffer message = ByteBuffer.allocate(1_000).putShort((short) fields.length);
        for (byte[] field : fields) {
            message.putInt(field == null ? -1 : field.length);
            if (field != null) {
                message.put(field);
            }
        }
        return message.flip();
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
