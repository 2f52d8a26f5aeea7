package io.outboxrelay.route;

import java.util.Optional;

/** Kafka's rule for topic names, checked before sending so that a name that can never exist is known before any successor is sent. */
public final class TopicName {

    private static final int LENGTH_MAX = 249;

    private TopicName() {}

    /** What is wrong with the name, or nothing. The rule is that of {@code org.apache.kafka.common.internals.Topic}. */
    public static Optional<String> problem(String name) {
        if (name.isEmpty()) {
            return Optional.of("it is empty");
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of("'" + name + "' is reserved");
        }
        if (name.length() > LENGTH_MAX) {
            return Optional.of("it has " + name.length() + " characters, more than " + LENGTH_MAX);
        }
        for (int i = 0; i < name.length(); i++) {
            if (!allowed(name.charAt(i))) {
                return Optional.of("the character at place " + (i + 1) + " is not one of a-z A-Z 0-9 . _ -");
            }
        }
        return Optional.empty();
    }

    private static boolean allowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
