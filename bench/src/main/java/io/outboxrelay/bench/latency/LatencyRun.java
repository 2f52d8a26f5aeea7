package io.outboxrelay.bench.latency;

import io.outboxrelay.bench.stage.DatabaseState;
import io.outboxrelay.bench.stage.MeasuredProcess;
import io.outboxrelay.bench.stage.PreparedStart;
import io.outboxrelay.bench.stage.ProcessUse;
import io.outboxrelay.bench.stage.Relay;
import io.outboxrelay.bench.stage.Report;
import io.outboxrelay.bench.stage.ResultLine;
import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.TopicJudge;
import io.outboxrelay.bench.stage.TopicVerdict;
import io.outboxrelay.bench.stage.Workload;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** One run of {@link Latency}: a greeting, the load, the lone events, the verdict. Confined to the main thread. */
final class LatencyRun {
    private static final String PREFIX = "latency.";
    private static final String TOPIC = PREFIX + Workload.AGGREGATE_TYPE;
    private static final int WRITERS = 8;
    private static final int KEYS = 100_000;
    private static final int PAYLOAD_BYTES = 200;
    /** One that shows that the relay has started, before anything is measured. */
    private static final int GREETINGS = 1;

    private static final Duration ARRIVAL_MAX = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();
    /** No divisor of a second: each lone event meets another moment of whatever goes round in the relay. */
    private static final long OFFSET_NANOS = Duration.ofMillis(137).toNanos();

    private final LatencyOptions options;
    private final Path distribution;
    private final Report report;
    private final Workload workload;
    private final Moments moments;

    LatencyRun(LatencyOptions options, Path distribution, Report report) {
        this.options = options;
        this.distribution = distribution;
        this.report = report;
        long events = GREETINGS
                + options.load().uncounted()
                + options.load().counted()
                + options.lone().count();
        this.workload = new Workload(events, 1, WRITERS, KEYS, PAYLOAD_BYTES);
        this.moments = new Moments(events);
    }

    /** Returns whether every event arrived once and in order. */
    @SuppressWarnings("try") // the state is entered and left, nothing is asked of it
    boolean measure() throws SQLException, InterruptedException {
        boolean isPrepared = options.profile().jvmOptions().isEmpty() && PreparedStart.of(distribution);
        report.line("Starting PostgreSQL and Kafka on free ports; nothing is left behind afterwards.");
        try (Servers servers = Servers.started(options.source().databaseSettings())) {
            servers.createTopic(TOPIC, workload.payloadBytes());
            options.source().begin(servers);
            try (DatabaseState.Hold hold = options.state().enter(servers);
                    Writers writers = new Writers(servers, workload, moments, options.notifying());
                    Receiver receiver = Receiver.started(servers, TOPIC, moments);
                    MeasuredProcess relay = Relay.started(
                            distribution,
                            settings(servers),
                            options.source().heap() + " " + options.profile().jvmOptions())) {
                Use use = measure(writers, relay);
                TopicVerdict verdict = TopicJudge.judge(servers, TOPIC, workload);
                print(use, isPrepared, verdict);
                return verdict.isClean();
            }
        }
    }

    private Map<String, String> settings(Servers servers) {
        Map<String, String> settings = Relay.settings(servers, PREFIX, options.source());
        if (options.notifying()) {
            settings.put("source.listen", LatencyOptions.CHANNEL);
        }
        return settings;
    }

    /** What the relay used: processors under load and in silence, in seconds for each second, and memory. */
    private record Use(double cpuUnderLoad, double cpuInSilence, long residentBytesPeak) {}

    private Use measure(Writers writers, MeasuredProcess relay) {
        LatencyOptions.Load load = options.load();
        long counted = GREETINGS + load.uncounted();
        long lone = counted + load.counted();
        writers.write(0, GREETINGS, 1);
        awaitArrived(GREETINGS, relay);
        report.line(
                "%,d commits/s: %d s to warm up, %d s that count",
                load.perSecond(), load.warmUpSeconds(), load.seconds());
        writers.write(GREETINGS, counted, load.perSecond());
        Instant from = Instant.now();
        ProcessUse atFirst = ProcessUse.of(relay.pid());
        long lateNanos = writers.write(counted, lone, load.perSecond());
        awaitArrived(lone, relay);
        ProcessUse atLast = ProcessUse.of(relay.pid());
        options.profile().save(relay.pid(), from, Instant.now());
        report.line("The latest commit began %.1f ms behind its time.", lateNanos / 1e6);
        report.line(
                "%d lone events, each after %d s of silence",
                options.lone().count(), options.lone().silenceSeconds());
        ProcessUse beforeSilence = ProcessUse.of(relay.pid());
        long silenceNanos = System.nanoTime();
        writeLone(writers, lone, relay);
        ProcessUse afterSilence = ProcessUse.of(relay.pid());
        return new Use(
                (atLast.cpuSeconds() - atFirst.cpuSeconds()) / load.seconds(),
                (afterSilence.cpuSeconds() - beforeSilence.cpuSeconds()) / ((System.nanoTime() - silenceNanos) / 1e9),
                afterSilence.residentBytesPeak());
    }

    private void writeLone(Writers writers, long first, MeasuredProcess relay) {
        for (int i = 0; i < options.lone().count(); i++) {
            long silentNanos =
                    Duration.ofSeconds(options.lone().silenceSeconds()).toNanos() + i * OFFSET_NANOS;
            long dueNanos = System.nanoTime() + silentNanos;
            for (long left = silentNanos; left > 0; left = dueNanos - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            writers.write(first + i, first + i + 1, 1);
            awaitArrived(first + i + 1, relay);
        }
    }

    private void awaitArrived(long count, MeasuredProcess relay) {
        long begunNanos = System.nanoTime();
        while (moments.arrivedCount() < count) {
            if (System.nanoTime() - begunNanos > ARRIVAL_MAX.toNanos()) {
                throw relay.failure("published " + moments.arrivedCount() + " events of " + count + " within "
                        + ARRIVAL_MAX.toSeconds() + " s");
            }
            relay.requireRunning();
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void print(Use use, boolean isPrepared, TopicVerdict verdict) {
        long counted = GREETINGS + options.load().uncounted();
        long lone = counted + options.load().counted();
        Percentiles load = moments.fromCommit(counted, lone);
        Percentiles alone = moments.fromCommit(lone, workload.events());
        report.table(List.of(
                List.of("ms to the consumer", "p50", "p95", "p99", "p99.9", "max"),
                row("from the commit's success", load),
                row("from the wish to commit", moments.fromAsking(counted, lone)),
                row("alone, from the commit's success", alone)));
        report.line(
                "The relay took %.1f %% of a processor under load and %.1f %% in silence; peak RSS %d MB.",
                100 * use.cpuUnderLoad(), 100 * use.cpuInSilence(), use.residentBytesPeak() >> 20);
        report.line("%s: %s", TOPIC, verdict);
        report.result(new ResultLine()
                .with("scenario", "latency")
                .with("source", options.source().word())
                .with("events", options.load().counted())
                .with("p50Ms", "%.2f", load.millis(50))
                .with("p95Ms", "%.2f", load.millis(95))
                .with("p99Ms", "%.2f", load.millis(99))
                .with("loneMs", "%.2f", alone.maxMillis())
                .with("maxMs", "%.2f", load.maxMillis())
                .with("rate", options.load().perSecond())
                .with("notify", Boolean.toString(options.notifying()))
                .with("state", options.state().word())
                .with("java", Runtime.version().feature())
                .with("aot", PreparedStart.word(isPrepared))
                .with("rssMb", use.residentBytesPeak() >> 20)
                .with("lost", verdict.lost())
                .with("phantom", verdict.phantom())
                .with("reordered", verdict.reordered())
                .with("repeated", verdict.repeated()));
    }

    private static List<String> row(String what, Percentiles times) {
        return List.of(
                what,
                figure(times.millis(50)),
                figure(times.millis(95)),
                figure(times.millis(99)),
                figure(times.millis(99.9)),
                figure(times.maxMillis()));
    }

    private static String figure(double millis) {
        return String.format(Locale.ROOT, "%.2f", millis);
    }
}
