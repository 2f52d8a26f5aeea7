package io.outboxrelay.bench;

import io.outboxrelay.bench.faults.Faults;
import io.outboxrelay.bench.idle.Idle;
import io.outboxrelay.bench.latency.Latency;
import io.outboxrelay.bench.parts.Parts;
import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.Report;
import io.outboxrelay.bench.stage.Scenario;
import io.outboxrelay.bench.stage.UsageException;
import io.outboxrelay.bench.start.Start;
import io.outboxrelay.bench.throughput.Throughput;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What the script {@code bench/run} runs. The system property {@code outboxrelay.distribution} comes from it: the directory of
 * the relay's distribution.
 */
public final class Main {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_USAGE = 2;

    private Main() {}

    /** Exits with what {@code usage.txt} says. */
    public static void main(String[] args) {
        Path distribution = Path.of(System.getProperty("outboxrelay.distribution"));
        int status = run(List.of(args), scenarios(distribution), System.out, System.err);
        System.out.flush();
        System.exit(status);
    }

    /** Everything that can be asked for. */
    static List<Scenario> scenarios(Path distribution) {
        return List.of(
                new Throughput(distribution),
                new Latency(distribution),
                new Start(distribution),
                new Idle(distribution),
                new Faults(distribution),
                new Parts());
    }

    /** Runs what is asked for and returns the exit status. */
    static int run(List<String> arguments, List<Scenario> scenarios, PrintStream out, PrintStream err) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(usage());
            return 0;
        }
        try {
            if (asked(arguments, scenarios).measure(new Report(out))) {
                return 0;
            }
            err.println("bench: FAILED. What arrived is not what was written, so the figures count for nothing.");
            return EXIT_FAILED;
        } catch (UsageException e) {
            err.println("bench: " + e.getMessage());
            return EXIT_USAGE;
        } catch (BenchFailure e) {
            err.println("bench: " + e.getMessage());
            return EXIT_FAILED;
        } catch (Exception e) {
            // Nothing that can be foreseen: where it came from is all there is to tell.
            e.printStackTrace(err);
            return EXIT_FAILED;
        }
    }

    private static Scenario.Run asked(List<String> arguments, List<Scenario> scenarios) throws UsageException {
        String names = scenarios.stream().map(Scenario::name).collect(Collectors.joining(", "));
        if (arguments.isEmpty()) {
            throw new UsageException("what to measure is missing; there are " + names + ", and --help");
        }
        String name = arguments.get(0);
        for (Scenario scenario : scenarios) {
            if (scenario.name().equals(name)) {
                return scenario.prepare(arguments.subList(1, arguments.size()));
            }
        }
        throw new UsageException("there is no scenario " + name + "; there are " + names + ", and --help");
    }

    private static String usage() {
        try (InputStream text = Main.class.getResourceAsStream("usage.txt")) {
            if (text == null) {
                throw new IllegalStateException("usage.txt is not on the class path");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
