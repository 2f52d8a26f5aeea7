package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.BinaryCopy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BinaryRowTest {

    private static final BinaryRow ROW =
            new BinaryRow(List.of(FieldForm.AS_IS, FieldForm.AS_IS, FieldForm.AS_IS), false);

    @Test
    void decodes_fields_in_their_order_and_keeps_nulls() {
        ByteBuffer message = message(number(42), text("id"), null, new byte[] {0, -1}, text("caf\u00e9"), null);
        Row row = new BinaryRow(Collections.nCopies(5, FieldForm.AS_IS), false).decode(message);
        assertThat(row).isNotNull();
        assertThat(row.number()).isEqualTo(42);
        assertThat(row.id()).isEqualTo("id");
        assertThat(row.key()).isNull();
        assertThat(row.payload()).isEqualTo(new byte[] {0, -1});
        assertThat(row.columns()).containsExactly("caf\u00e9", null);
    }

    @Test
    void makes_text_of_a_uuid_and_of_a_jsonb() {
        byte[] uuid = {0x12, 0x3e, 0x45, 0x67, (byte) 0xe8, (byte) 0x9b, 0x12, (byte) 0xd3, -1, 0, 9, 8, 7, 6, 5, 4};
        BinaryRow rows =
                new BinaryRow(List.of(FieldForm.UUID, FieldForm.UUID, FieldForm.JSONB, FieldForm.JSONB), false);
        Row row = rows.decode(message(number(1), uuid, uuid, text("\u0001{\"a\": 1}"), null));
        assertThat(row).isNotNull();
        assertThat(row.id()).isEqualTo("123e4567-e89b-12d3-ff00-090807060504");
        assertThat(row.key()).isEqualTo(text(row.id()));
        assertThat(row.payload()).isEqualTo(text("{\"a\": 1}"));
        assertThat(row.columns()).containsExactly((String) null);
        assertFails(FailureKind.BUG, () -> rows.decode(message(number(1), uuid, uuid, text("\u0002{}"), null)));
        assertFails(FailureKind.BUG, () -> rows.decode(message(number(1), text("short"), uuid, null, null)));
    }

    @Test
    void texts_that_share_a_place_among_the_recent_ones_are_not_mixed_up() {
        RecentTexts texts = new RecentTexts();
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 2_000; i++) {
                byte[] bytes = text("x" + i);
                assertThat(texts.of(bytes, 0, bytes.length)).isEqualTo("x" + i);
            }
        }
        byte[] padded = text("-order-");
        assertThat(texts.of(padded, 1, 5)).isEqualTo("order").isSameAs(texts.of(text("order"), 0, 5));
    }

    @Test
    void the_end_of_the_stream_is_no_row() {
        assertThat(ROW.decode(ByteBuffer.allocate(2).putShort((short) -1).flip()))
                .isNull();
        assertThat(ROW.decode(ByteBuffer.allocate(0))).isNull();
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
        BinaryCopy.skipHeader(message);
        assertThat(message.getShort()).isEqualTo((short) 77);
    }

    @Test
    void what_is_no_header_or_no_row_is_not_guessed_at() {
        assertFails(FailureKind.BUG, () -> BinaryCopy.skipHeader(ByteBuffer.wrap(text("something else entirely"))));
        assertFails(FailureKind.BUG, () -> BinaryCopy.skipHeader(ByteBuffer.allocate(0)));
        assertFails(FailureKind.BUG, () -> ROW.decode(message(number(1), text("id"))));
        ByteBuffer longer = ByteBuffer.allocate(100);
        longer.put(message(number(1), text("id"), null, null)).put((byte) 1).flip();
        assertFails(FailureKind.BUG, () -> ROW.decode(longer));
    }

    @Test
    void a_row_without_an_id_is_poison_and_names_its_number() {
        assertThatThrownBy(() -> ROW.decode(message(number(42), null, null, null)))
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
