package io.outboxrelay.demo;

import java.util.Locale;

/** How the relay reads the outbox. */
enum SourceKind {
    POLLING,
    DEBEZIUM;

    /** As in the relay's settings, and on the command line. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
