package io.outboxrelay.demo;

import java.util.Arrays;
import java.util.Optional;

/** How the relay reads the outbox, and of which database. */
enum SourceKind {
    POLLING("polling", "postgresql"),
    DEBEZIUM("debezium", "postgresql"),
    DEBEZIUM_ON_MYSQL("debezium", "mysql");

    private final String word;
    private final String database;

    SourceKind(String word, String database) {
        this.word = word;
        this.database = database;
    }

    /** As in the relay's settings, and on the command line. */
    String word() {
        return word;
    }

    /** As on the command line. */
    String database() {
        return database;
    }

    /** Empty where the relay does not read that database so. */
    static Optional<SourceKind> of(String word, String database) {
        return Arrays.stream(values())
                .filter(kind -> kind.word.equals(word) && kind.database.equals(database))
                .findFirst();
    }
}
