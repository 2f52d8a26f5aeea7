package io.outboxrelay.config;

/**
 * One setting as somebody gave it.
 *
 * @param place where: {@code relay.yaml:7:3}, or {@code --set}
 * @param path its key, and what stands before it
 * @param value its value as written, before substitution
 */
record Given(String place, KeyPath path, String value) {

    /** Its key, as the settings are described by it. */
    String key() {
        return path.key();
    }

    /** Where and which, never the value: it may be a secret. */
    @Override
    public String toString() {
        return place + " " + path;
    }
}
