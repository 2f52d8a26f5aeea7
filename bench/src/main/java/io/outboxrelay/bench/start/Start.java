package io.outboxrelay.bench.start;

import io.outboxrelay.bench.stage.Scenario;
import io.outboxrelay.bench.stage.UsageException;
import java.nio.file.Path;
import java.util.List;

/** How long it takes from the start of the process until a row that already stands is an event in Kafka. */
public final class Start implements Scenario {
    private final Path distribution;

    /** @param distribution the directory with the relay's {@code bin} and {@code lib} */
    public Start(Path distribution) {
        this.distribution = distribution;
    }

    @Override
    public String name() {
        return "start";
    }

    @Override
    public Run prepare(List<String> arguments) throws UsageException {
        StartOptions options = StartOptions.parse(arguments);
        return report -> new StartRun(options, distribution, report).measure();
    }
}
