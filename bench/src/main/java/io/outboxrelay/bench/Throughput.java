package io.outboxrelay.bench;

import java.nio.file.Path;
import java.util.List;

/** How fast a backlog is published, beside what is possible at all. */
final class Throughput implements Scenario {
    private static final long EVENTS_DEFAULT = 1_000_000;
    private static final long EVENTS_MAX = 100_000_000;
    private static final int ROUNDS_MAX = 99;

    private final Path distribution;

    Throughput(Path distribution) {
        this.distribution = distribution;
    }

    @Override
    public String name() {
        return "throughput";
    }

    @Override
    public Run prepare(List<String> arguments) throws UsageException {
        Arguments given =
                Arguments.parse(arguments, List.of("--source", "--events", "--rounds", "--payload-bytes"), List.of());
        ThroughputOptions options = new ThroughputOptions(
                given.choice("--source", List.of("polling")),
                given.number("--events", EVENTS_DEFAULT, 1, EVENTS_MAX),
                (int) given.number("--rounds", 1, 1, ROUNDS_MAX),
                (int) given.number("--payload-bytes", ThroughputOptions.PAYLOAD_BYTES_DEFAULT, 100, 24 << 20));
        return report -> new ThroughputRun(options, distribution, report).measure();
    }
}
