package io.outboxrelay.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One fault of each kind that {@code bench/run faults} knows, each for a few seconds, on the packaged relay under load. */
class FaultsIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));

    private static FaultServers servers;

    @BeforeAll
    static void start() {
        servers = FaultServers.started();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    static List<String> faults() {
        return KnownFaults.brief().stream().map(fault -> fault.plan().name()).toList();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void nothing_is_lost_and_nothing_silent_and_the_relay_recovers_soon(String name) throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        Fault fault = KnownFaults.brief().stream()
                .filter(known -> known.plan().name().equals(name))
                .findFirst()
                .orElseThrow();
        try {
            FaultOutcome outcome = new FaultTrial(fault, DISTRIBUTION, seed).run(servers);
            System.out.println(outcome.result());
            assertThat(outcome.problems()).as("seed %d: %s", seed, outcome).isEmpty();
        } catch (FaultSkipped e) {
            Assumptions.abort(name + ": " + e.getMessage());
        }
    }
}
