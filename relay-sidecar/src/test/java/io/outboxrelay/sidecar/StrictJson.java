package io.outboxrelay.sidecar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads JSON as RFC 8259 has it and nothing more: no control character in a text, no name twice, nothing behind the end. */
final class StrictJson {
    private static final Pattern TOKEN = Pattern.compile(
            "[ \\t\\r\\n]*(?:(?<sign>[\\[\\]{},:])|(?<word>true|false|null)|(?<number>-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?)"
                    + "|\"(?<text>(?:[^\"\\\\\\x00-\\x1f]|\\\\[\"\\\\/bfnrt]|\\\\u[0-9a-fA-F]{4})*+)\")");

    private final Matcher tokens;
    private final String json;
    private int at;

    private StrictJson(String json) {
        this.json = json;
        this.tokens = TOKEN.matcher(json);
    }

    /**
     * An object: of maps, lists, texts, and all else as it is written.
     *
     * @throws IllegalArgumentException when it is none
     */
    @SuppressWarnings("unchecked") // names are texts
    static Map<String, Object> object(String json) {
        StrictJson reader = new StrictJson(json);
        Object value = reader.value();
        if (!(value instanceof Map) || !json.substring(reader.at).isBlank()) {
            throw reader.wrong("one object and nothing else");
        }
        return (Map<String, Object>) value;
    }

    private Object value() {
        take();
        String text = tokens.group("text");
        if (text != null) {
            return unescaped(text);
        }
        @Nullable String sign = tokens.group("sign");
        if (sign == null) {
            return tokens.group().strip();
        }
        return switch (sign) {
            case "{" -> members();
            case "[" -> items();
            default -> throw wrong("a value");
        };
    }

    private Map<String, Object> members() {
        Map<String, Object> members = new LinkedHashMap<>();
        if (isNext("}")) {
            return members;
        }
        do {
            Object name = value();
            if (!(name instanceof String key) || !isNext(":") || members.put(key, value()) != null) {
                throw wrong("a name that was not there yet, and a value");
            }
        } while (isNext(","));
        return ended(members, "}");
    }

    private List<Object> items() {
        List<Object> items = new ArrayList<>();
        if (isNext("]")) {
            return items;
        }
        do {
            items.add(value());
        } while (isNext(","));
        return ended(items, "]");
    }

    private <T> T ended(T value, String sign) {
        if (!isNext(sign)) {
            throw wrong(sign);
        }
        return value;
    }

    private boolean isNext(String sign) {
        int before = at;
        take();
        if (sign.equals(tokens.group("sign"))) {
            return true;
        }
        at = before;
        return false;
    }

    private void take() {
        if (!tokens.find(at) || tokens.start() != at) {
            throw wrong("JSON");
        }
        at = tokens.end();
    }

    private static String unescaped(String text) {
        return Pattern.compile("\\\\(u([0-9a-fA-F]{4})|.)")
                .matcher(text)
                .replaceAll(escape -> Matcher.quoteReplacement(
                        escape.group(2) == null
                                ? switch (escape.group(1)) {
                                    case "n" -> "\n";
                                    case "r" -> "\r";
                                    case "t" -> "\t";
                                    case "b" -> "\b";
                                    case "f" -> "\f";
                                    default -> escape.group(1);
                                }
                                : String.valueOf((char) Integer.parseInt(escape.group(2), 16))));
    }

    private IllegalArgumentException wrong(String instead) {
        return new IllegalArgumentException("not " + instead + " at character " + at + " of " + json);
    }
}
