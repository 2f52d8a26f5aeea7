package io.outboxrelay.sidecar.management;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes JSON of maps, lists, texts, numbers, truth values and null. What it writes may stand inside HTML as well. */
public final class Json {

    private Json() {}

    /** An object whose members keep this order: names and values in turn. */
    public static Map<String, @Nullable Object> object(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return object;
    }

    /** @throws IllegalArgumentException for anything else */
    public static String text(@Nullable Object value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(@Nullable Object value, StringBuilder text) {
        if (value instanceof Map<?, ?> map) {
            char before = '{';
            for (Map.Entry<?, ?> member : map.entrySet()) {
                quote(String.valueOf(member.getKey()), text.append(before));
                write(member.getValue(), text.append(':'));
                before = ',';
            }
            text.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            text.append('[');
            for (Iterator<?> items = list.iterator(); items.hasNext(); ) {
                write(items.next(), text);
                text.append(items.hasNext() ? "," : "");
            }
            text.append(']');
        } else if (value instanceof CharSequence characters) {
            quote(characters, text);
        } else if (value instanceof Double number && !Double.isFinite(number)) {
            text.append("null");
        } else if (value == null || value instanceof Number || value instanceof Boolean) {
            text.append(value);
        } else {
            throw new IllegalArgumentException("no JSON: " + value.getClass());
        }
    }

    private static void quote(CharSequence characters, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < characters.length(); i++) {
            char c = characters.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c == '\n') {
                text.append("\\n");
            } else if (c < ' ' || c >= 0x7f || c == '<' || c == '>' || c == '&' || c == '\'') {
                // All that is not plain ASCII, half surrogates included, so that no reader can take it for something
                // else.
                text.append("\\u").append(Character.forDigit(c >> 12, 16)).append(Character.forDigit(c >> 8 & 15, 16));
                text.append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
