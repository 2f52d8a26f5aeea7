package io.outboxrelay.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The ways in which the outbox can be read, {@code source.type}. */
enum SourceType {
    POLLING,
    DEBEZIUM;

    /** As it is written. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Map<String, SourceType> byWord() {
        return Arrays.stream(values()).collect(Collectors.toMap(SourceType::word, type -> type));
    }
}
