package io.outboxrelay.sidecar;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Bytes of others for people and programs: never anything that a terminal would obey. */
final class ShownBytes {

    private ShownBytes() {}

    /**
     * The bytes as text.
     *
     * @param bytesMax of how many at most; a character that is cut in two is left out
     * @return null when they are no UTF-8
     */
    static @Nullable String text(byte[] bytes, int bytesMax) {
        ByteBuffer source = ByteBuffer.wrap(bytes, 0, Math.min(bytes.length, bytesMax));
        CharBuffer characters = CharBuffer.allocate(source.remaining());
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult result = decoder.decode(source, characters, bytes.length <= bytesMax);
        return result.isError() ? null : characters.flip().toString();
    }

    /** In one line: as text, or in hexadecimal where they are no text, and with dots at the end where they are cut. */
    static String line(byte[] bytes, int bytesMax) {
        String text = text(bytes, bytesMax);
        String shown = text == null
                ? "0x" + HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, bytesMax / 2))
                : escaped(text);
        return bytes.length > (text == null ? bytesMax / 2 : bytesMax) ? shown + "..." : shown;
    }

    /** The text with everything that is not meant to be seen written as JSON would. */
    static String escaped(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || c == '\u2028'
                    || c == '\u2029') {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }
}
