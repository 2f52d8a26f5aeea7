package io.outboxrelay.sidecar.management;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What is answered to a request.
 *
 * @param status as in HTTP
 * @param contentType with its charset
 * @param body the whole of it
 * @param headers further ones
 */
record Answer(int status, String contentType, byte[] body, Map<String, String> headers) {

    static Answer json(int status, Object value) {
        return new Answer(status, "application/json", utf8(Json.text(value) + "\n"), Map.of());
    }

    static Answer text(int status, String text) {
        return new Answer(status, "text/plain; charset=utf-8", utf8(text + "\n"), Map.of());
    }

    /** The same with one more header. */
    Answer with(String header, String value) {
        return new Answer(status, contentType, body, Map.of(header, value));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
