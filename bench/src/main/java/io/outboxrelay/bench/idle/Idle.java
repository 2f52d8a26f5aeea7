package io.outboxrelay.bench.idle;

import io.outboxrelay.bench.stage.Scenario;
import io.outboxrelay.bench.stage.UsageException;
import java.nio.file.Path;
import java.util.List;

/** What the relay takes while nothing happens: memory, a share of a processor, and queries from the database. */
public final class Idle implements Scenario {
    private final Path distribution;

    /** @param distribution the directory with the relay's {@code bin} and {@code lib} */
    public Idle(Path distribution) {
        this.distribution = distribution;
    }

    @Override
    public String name() {
        return "idle";
    }

    @Override
    public Run prepare(List<String> arguments) throws UsageException {
        IdleOptions options = IdleOptions.parse(arguments);
        return report -> new IdleRun(options, distribution, report).measure();
    }
}
