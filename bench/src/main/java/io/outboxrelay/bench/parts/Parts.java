package io.outboxrelay.bench.parts;

import io.outboxrelay.bench.stage.Arguments;
import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.Report;
import io.outboxrelay.bench.stage.ResultLine;
import io.outboxrelay.bench.stage.Scenario;
import io.outboxrelay.bench.stage.UsageException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What single parts of the relay take for one event: decoding, routing, the window. No servers. */
public final class Parts implements Scenario {
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final int COUNT_MAX = 1_000;
    private static final int MILLIS_MAX = 600_000;
    private static final int MILLIS_DEFAULT = 1_000;
    private static final int WARM_UPS_DEFAULT = 3;
    private static final int ITERATIONS_DEFAULT = 5;

    @Override
    public String name() {
        return "jmh";
    }

    @Override
    public Run prepare(List<String> arguments) throws UsageException {
        Arguments given = Arguments.parse(
                arguments, List.of("--only", "--forks", "--warm-ups", "--iterations", "--iteration-millis"), List.of());
        TimeValue time = TimeValue.milliseconds(given.number("--iteration-millis", MILLIS_DEFAULT, 1, MILLIS_MAX));
        Options options = new OptionsBuilder()
                .include(given.text("--only").orElse(""))
                .forks((int) given.number("--forks", 1, 0, COUNT_MAX))
                .warmupIterations((int) given.number("--warm-ups", WARM_UPS_DEFAULT, 0, COUNT_MAX))
                .warmupTime(time)
                .measurementIterations((int) given.number("--iterations", ITERATIONS_DEFAULT, 1, COUNT_MAX))
                .measurementTime(time)
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build();
        return report -> {
            measure(options, report);
            return true;
        };
    }

    private static void measure(Options options, Report report) throws BenchFailure {
        // JMH's lock is one file for all users of the machine, and stays when its owner is killed.
        System.setProperty("jmh.ignoreLock", "true");
        report.line("Measuring; each part takes some seconds.");
        Collection<RunResult> results;
        try {
            results = new Runner(options).run();
        } catch (NoBenchmarksException e) {
            throw new BenchFailure("there is no part of that name");
        } catch (RunnerException e) {
            throw new BenchFailure("JMH failed: " + e.getMessage());
        }
        List<List<String>> table = new ArrayList<>(List.of(List.of("part", "ns/event", "+/-", "bytes/event")));
        List<ResultLine> lines = new ArrayList<>();
        for (RunResult result : results) {
            String name = name(result.getParams().getBenchmark());
            Result<?> time = result.getPrimaryResult();
            Result<?> allocated =
                    Objects.requireNonNull(result.getSecondaryResults().get(ALLOCATED), ALLOCATED);
            double error = Double.isNaN(time.getScoreError()) ? 0 : time.getScoreError();
            table.add(List.of(name, figure(time.getScore()), figure(error), figure(allocated.getScore())));
            lines.add(new ResultLine()
                    .with("scenario", "jmh")
                    .with("part", name)
                    .with("nsPerEvent", "%.1f", time.getScore())
                    .with("bytesPerEvent", "%.0f", allocated.getScore()));
        }
        report.table(table);
        lines.forEach(report::result);
    }

    /** {@code decodingRow} for the method {@code row} of the class {@code DecodingBenchmark}. */
    private static String name(String benchmark) {
        String[] parts = benchmark.split("\\.", -1);
        String type = parts[parts.length - 2].replace("Benchmark", "");
        String method = parts[parts.length - 1];
        return type.substring(0, 1).toLowerCase(Locale.ROOT)
                + type.substring(1)
                + method.substring(0, 1).toUpperCase(Locale.ROOT)
                + method.substring(1);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
