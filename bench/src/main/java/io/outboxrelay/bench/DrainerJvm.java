package io.outboxrelay.bench;

import java.util.List;

/** The JVM that both sides of the comparison run in. */
final class DrainerJvm {
    /** Half of what the relay's script gives by itself: what the relay is promised to get by with. */
    static final String HEAP = "-Xmx128m";
    /** What the relay's script adds. */
    static final List<String> OF_THE_SCRIPT = List.of("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError");

    private DrainerJvm() {}
}
