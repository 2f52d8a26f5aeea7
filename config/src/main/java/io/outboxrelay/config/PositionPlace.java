package io.outboxrelay.config;

import java.nio.file.Path;

/** Where a log reader keeps how far it got, outside the database. */
public sealed interface PositionPlace {

    /** In a compacted topic of the brokers that are published to. */
    record Topic(String name) implements PositionPlace {}

    /** In a file, which must outlive the process. */
    record File(Path path) implements PositionPlace {}
}
