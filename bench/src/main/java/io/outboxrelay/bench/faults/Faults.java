package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.Arguments;
import io.outboxrelay.bench.stage.Report;
import io.outboxrelay.bench.stage.Scenario;
import io.outboxrelay.bench.stage.UsageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What becomes of the relay when something is wrong around it. */
public final class Faults implements Scenario {
    private static final String ONLY = "--only";
    private static final String BRIEF = "--brief";
    private static final String SEED = "--seed";

    private final Path distribution;

    /** @param distribution the directory with the relay's {@code bin} and {@code lib} */
    public Faults(Path distribution) {
        this.distribution = distribution;
    }

    @Override
    public String name() {
        return "faults";
    }

    @Override
    public Run prepare(List<String> arguments) throws UsageException {
        Arguments given = Arguments.parse(arguments, List.of(ONLY, SEED), List.of(BRIEF));
        List<Fault> faults = chosen(given);
        long seed = given.number(SEED, System.nanoTime() % 1_000_000, 0, Long.MAX_VALUE);
        return report -> measure(faults, seed, report);
    }

    private static List<Fault> chosen(Arguments given) throws UsageException {
        List<Fault> faults = given.has(BRIEF) ? KnownFaults.brief() : KnownFaults.all();
        if (given.text(ONLY).isEmpty()) {
            return faults;
        }
        List<Fault> chosen = new ArrayList<>();
        for (String name : Arrays.asList(given.text(ONLY).get().split(",", -1))) {
            chosen.add(faults.stream()
                    .filter(fault -> fault.plan().name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new UsageException("there is no fault " + name + " here; there are "
                            + faults.stream().map(fault -> fault.plan().name()).collect(Collectors.joining(", ")))));
        }
        return chosen;
    }

    private boolean measure(List<Fault> faults, long seed, Report report) throws Exception {
        report.line("Starting PostgreSQL and Kafka on free ports, each behind a proxy; seed %d.", seed);
        List<FaultOutcome> outcomes = new ArrayList<>();
        try (FaultServers servers = FaultServers.started()) {
            for (Fault fault : faults) {
                measure(fault, seed, servers, report, outcomes);
            }
        }
        List<List<String>> table = new ArrayList<>(List.of(FaultOutcome.HEADS));
        outcomes.forEach(outcome -> table.add(outcome.row()));
        report.table(table);
        outcomes.forEach(outcome -> report.result(outcome.result()));
        return outcomes.stream().allMatch(FaultOutcome::held);
    }

    private void measure(Fault fault, long seed, FaultServers servers, Report report, List<FaultOutcome> outcomes)
            throws Exception {
        String name = fault.plan().name();
        try {
            FaultOutcome outcome = new FaultTrial(fault, distribution, seed).run(servers);
            outcomes.add(outcome);
            report.line("%s: %s", name, outcome.held() ? "held" : "DID NOT HOLD");
            outcome.problems().forEach(problem -> report.line("  %s", problem));
        } catch (FaultSkipped e) {
            report.line("%s: SKIPPED, %s", name, String.valueOf(e.getMessage()));
        }
    }
}
