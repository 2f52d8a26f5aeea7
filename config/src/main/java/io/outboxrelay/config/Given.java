package io.outboxrelay.config;

/**
 * One setting as somebody gave it.
 *
 * @param place where: {@code relay.yaml:7:3}, or {@code --set}
 * @param key its key
 * @param value its value as written, before substitution
 */
record Given(String place, String key, String value) {

    /** Where and which, never the value: it may be a secret. */
    @Override
    public String toString() {
        return place + " " + key;
    }
}
