package io.outboxrelay.bench.latency;

import io.outboxrelay.bench.stage.Scenario;
import io.outboxrelay.bench.stage.UsageException;
import java.nio.file.Path;
import java.util.List;

/** How long it takes from a commit until a consumer has the event: under a steady load, and alone after silence. */
public final class Latency implements Scenario {
    private final Path distribution;

    /** @param distribution the directory with the relay's {@code bin} and {@code lib} */
    public Latency(Path distribution) {
        this.distribution = distribution;
    }

    @Override
    public String name() {
        return "latency";
    }

    @Override
    public Run prepare(List<String> arguments) throws UsageException {
        LatencyOptions options = LatencyOptions.parse(arguments);
        return report -> new LatencyRun(options, distribution, report).measure();
    }
}
