package io.outboxrelay.publish;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Topics in which a broker refused a batch for what one of its messages holds. A batch is refused whole, and only newer
 * brokers say which message it was; so the next publisher sends the messages in question one by one, until the refused
 * one stands alone and is known, with everything before it published and nothing behind it sent.
 *
 * <p>Outlives publishers. At most 1,000 topics; beyond, the oldest is forgotten and found again when it is refused again.
 * Belongs to the loop's thread.
 */
final class CarefulTopics {

    private static final int TOPICS_MAX = 1_000;

    private final Map<String, Integer> messagesLeft = new LinkedHashMap<>();

    /** The next so many messages of the topic go one by one. */
    void add(String topic, int messages) {
        messagesLeft.merge(topic, messages, Math::max);
        if (messagesLeft.size() > TOPICS_MAX) {
            messagesLeft.remove(messagesLeft.keySet().iterator().next());
        }
    }

    boolean contains(String topic) {
        return !messagesLeft.isEmpty() && messagesLeft.containsKey(topic);
    }

    void published(String topic) {
        if (!messagesLeft.isEmpty()) {
            messagesLeft.computeIfPresent(topic, (name, left) -> left > 1 ? left - 1 : null);
        }
    }
}
