package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.Scenario;
import io.outboxrelay.bench.stage.UsageException;
import java.nio.file.Path;
import java.util.List;

/** How fast a backlog is published, beside what is possible at all. */
public final class Throughput implements Scenario {
    private final Path distribution;

    /** @param distribution the directory with the relay's {@code bin} and {@code lib} */
    public Throughput(Path distribution) {
        this.distribution = distribution;
    }

    @Override
    public String name() {
        return "throughput";
    }

    @Override
    public Run prepare(List<String> arguments) throws UsageException {
        ThroughputOptions options = ThroughputOptions.parse(arguments);
        return report -> new ThroughputRun(options, distribution, report).measure();
    }
}
