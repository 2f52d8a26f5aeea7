package io.outboxrelay.bench.stage;

import java.util.List;

/** The JVM that both sides of a comparison run in. */
public final class MeasuredJvm {
    /** Half of what the relay's script gives by itself: what the relay is promised to get by with. */
    public static final String HEAP = "-Xmx128m";

    /** What the relay's script adds. */
    public static final List<String> OF_THE_SCRIPT = List.of("-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError");

    private MeasuredJvm() {}
}
