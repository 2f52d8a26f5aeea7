package io.outboxrelay.debezium.decode;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An event as JSON, as docs/outbox-message.schema.json describes it. The payload is never read and written again: an object has the
 * bytes with which it was written.
 */
final class JsonEvent {

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private static final Set<String> TEXTS = Set.of("id", "aggregatetype", "aggregateid", "type");

    private final Map<String, String> texts = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private byte @Nullable [] payload;

    private JsonEvent() {}

    /** Not as it has to be; the message says how, and quotes nothing. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String why) {
            super(why);
        }
    }

    static JsonEvent parse(ByteBuffer content) throws Malformed {
        ByteBuffer left = content.duplicate();
        byte[] bytes = new byte[left.remaining()];
        left.get(bytes);
        JsonEvent event = new JsonEvent();
        try (JsonParser parser = JSON.createParser(bytes)) {
            event.read(parser, bytes);
        } catch (JsonProcessingException e) {
            throw new Malformed("it is not JSON from byte " + e.getLocation().getByteOffset() + " on");
        } catch (IOException e) {
            throw new Malformed("it cannot be read as UTF-8");
        }
        if (!event.texts.containsKey("id")) {
            throw new Malformed("it has no id");
        }
        return event;
    }

    String id() {
        return texts.getOrDefault("id", "");
    }

    byte @Nullable [] key() {
        String key = texts.get("aggregateid");
        return key == null ? null : key.getBytes(UTF_8);
    }

    byte @Nullable [] payload() {
        return payload;
    }

    /** What routing calls a column: a member, or else a header. Null where there is none. */
    @Nullable
    String text(String name) {
        return texts.get(TEXTS.contains(name) ? name : header(name));
    }

    private static String header(String name) {
        return "headers." + name;
    }

    private void read(JsonParser parser, byte[] bytes) throws IOException, Malformed {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new Malformed("it is no JSON object");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            seen.add(name);
            parser.nextToken();
            if (TEXTS.contains(name)) {
                text(name, name, parser);
            } else if (name.equals("payload")) {
                payload = payload(parser, bytes);
            } else if (name.equals("payloadBase64")) {
                payload = binary(parser);
            } else if (name.equals("headers")) {
                headers(parser);
            } else {
                throw new Malformed("it has a member that no event has, behind byte "
                        + parser.currentTokenLocation().getByteOffset());
            }
        }
        if (parser.nextToken() != null) {
            throw new Malformed("something follows the JSON object");
        }
        if (seen.contains("payload") && seen.contains("payloadBase64")) {
            throw new Malformed("it has both payload and payloadBase64");
        }
    }

    private void text(String key, String shown, JsonParser parser) throws IOException, Malformed {
        switch (parser.currentToken()) {
            case VALUE_STRING, VALUE_NUMBER_INT -> texts.put(key, parser.getText());
            case VALUE_NULL -> {}
            default -> throw new Malformed(shown + " is neither a string nor a whole number");
        }
    }

    private void headers(JsonParser parser) throws IOException, Malformed {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new Malformed("headers is no JSON object");
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            text(header(name), "a header", parser);
        }
    }

    private static byte @Nullable [] payload(JsonParser parser, byte[] bytes) throws IOException {
        switch (parser.currentToken()) {
            case VALUE_NULL -> {
                return null;
            }
            case VALUE_STRING -> {
                return parser.getText().getBytes(UTF_8);
            }
            default -> {
                int from = (int) parser.currentTokenLocation().getByteOffset();
                parser.skipChildren();
                // A number is read to its end only now.
                parser.finishToken();
                return Arrays.copyOfRange(
                        bytes, from, (int) parser.currentLocation().getByteOffset());
            }
        }
    }

    private static byte @Nullable [] binary(JsonParser parser) throws IOException, Malformed {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw new Malformed("payloadBase64 is no string");
        }
        try {
            return Base64.getDecoder().decode(parser.getText());
        } catch (IllegalArgumentException e) {
            throw new Malformed("payloadBase64 is not Base64");
        }
    }
}
