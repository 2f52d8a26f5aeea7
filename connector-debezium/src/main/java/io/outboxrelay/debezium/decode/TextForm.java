package io.outboxrelay.debezium.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.function.Function;

/** A form whose bytes are those of its text, in UTF-8. */
record TextForm(Function<Object, String> texts) implements ValueForm {

    /** Whose text is the value itself. */
    static final TextForm AS_IS = new TextForm(Object::toString);

    /** Bytes that stay as they are. */
    static final ValueForm BINARY = new ValueForm() {
        @Override
        public String text(Object value) {
            return PostgresText.bytea((ByteBuffer) value);
        }

        @Override
        public byte[] bytes(Object value) {
            ByteBuffer buffer = ((ByteBuffer) value).duplicate();
            if (buffer.hasArray() && buffer.arrayOffset() == 0 && buffer.remaining() == buffer.array().length) {
                return buffer.array();
            }
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        }
    };

    @Override
    public String text(Object value) {
        return texts.apply(value);
    }

    @Override
    public byte[] bytes(Object value) {
        return texts.apply(value).getBytes(UTF_8);
    }
}
