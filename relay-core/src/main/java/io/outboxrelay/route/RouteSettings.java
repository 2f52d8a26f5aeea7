package io.outboxrelay.route;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How rows become messages.
 *
 * @param topic a template over the row's columns, {@code ${column}} for a value and {@code $$} for a dollar sign
 * @param headers header name to the column that it is filled from, in order; a null value leaves the header out. The {@code id}
 *     header is always there and is not among them
 * @param keyRequired whether a row without a key is refused as POISON; when false it is published without a key, and so
 *     without any promise of order
 * @param timestamp the column that holds the time of the message, or null for the time of publishing
 * @param type the column that holds the event's type, where somebody has to know it, else null
 */
public record RouteSettings(
        String topic,
        Map<String, String> headers,
        boolean keyRequired,
        @Nullable String timestamp,
        @Nullable String type) {

    public RouteSettings {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /** With the time of publishing. */
    public RouteSettings(String topic, Map<String, String> headers, boolean keyRequired) {
        this(topic, headers, keyRequired, null, null);
    }
}
