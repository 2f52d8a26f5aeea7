package io.outboxrelay.debezium.store;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The form of the file, for people to read and not to edit: a line that says what it is, one line for each value
 * ({@code key<TAB>value}, with tabs, line ends and backslashes escaped), and a line with the SHA-256 of all before it.
 */
final class StoredText {

    private static final String KIND = "outbox-relay-state ";
    private static final String VERSION = "1";
    private static final String CHECKSUM = "sha256\t";

    private StoredText() {}

    /** What is wrong with a file. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean foreign;

        private Unreadable(String what, boolean foreign) {
            super(what);
            this.foreign = foreign;
        }

        /** Whether it never was a file of ours, as far as can be told; else it was one and is damaged, or of a later form. */
        boolean isForeign() {
            return foreign;
        }
    }

    static byte[] encode(SortedMap<String, String> values) {
        StringBuilder text = new StringBuilder(KIND).append(VERSION).append('\n');
        values.forEach((key, value) ->
                text.append(escape(key)).append('\t').append(escape(value)).append('\n'));
        return (text + CHECKSUM + digest(text.toString()) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    static SortedMap<String, String> decode(byte[] bytes) throws Unreadable {
        String text = text(bytes);
        if (!text.startsWith(KIND)) {
            // A file that a crash cut to nothing, or that a disk filled with zeros, is taken for ours: nobody else left
            // it there.
            throw new Unreadable(
                    bytes.length == 0 ? "it is empty" : "it does not begin as the relay's files do",
                    text.chars().anyMatch(character -> character != 0));
        }
        int sealed = text.lastIndexOf(CHECKSUM, text.length() - 1);
        if (!text.startsWith(KIND + VERSION + "\n")) {
            throw new Unreadable("a later version of the relay wrote it", false);
        }
        if (sealed < 0 || !text.substring(sealed).equals(CHECKSUM + digest(text.substring(0, sealed)) + "\n")) {
            throw new Unreadable("its checksum does not fit: it was cut short or changed", false);
        }
        SortedMap<String, String> values = new TreeMap<>();
        text.substring(0, sealed).lines().skip(1).forEach(line -> {
            int tab = line.indexOf('\t');
            values.put(unescape(line.substring(0, tab)), unescape(line.substring(tab + 1)));
        });
        return values;
    }

    private static String text(byte[] bytes) throws Unreadable {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            boolean ours = new String(bytes, StandardCharsets.ISO_8859_1).startsWith(KIND);
            throw new Unreadable("it holds bytes that are no text", !ours);
        }
    }

    private static final Map<Character, String> ESCAPES = Map.of('\\', "\\\\", '\n', "\\n", '\r', "\\r", '\t', "\\t");

    private static String escape(String plain) {
        StringBuilder escaped = new StringBuilder(plain.length());
        for (int at = 0; at < plain.length(); at++) {
            char character = plain.charAt(at);
            String escape = ESCAPES.get(character);
            if (escape == null) {
                escaped.append(character);
            } else {
                escaped.append(escape);
            }
        }
        return escaped.toString();
    }

    private static String unescape(String escaped) {
        StringBuilder plain = new StringBuilder(escaped.length());
        for (int at = 0; at < escaped.length(); at++) {
            char character = escaped.charAt(at);
            if (character == '\\') {
                char code = escaped.charAt(++at);
                plain.append(code == 'n' ? '\n' : code == 'r' ? '\r' : code == 't' ? '\t' : code);
            } else {
                plain.append(character);
            }
        }
        return plain.toString();
    }

    private static String digest(String text) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
