package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.Backlog;
import io.outboxrelay.bench.stage.DatabaseState;
import io.outboxrelay.bench.stage.MeasuredProcess;
import io.outboxrelay.bench.stage.PreparedStart;
import io.outboxrelay.bench.stage.Relay;
import io.outboxrelay.bench.stage.Report;
import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.SourceKind;
import io.outboxrelay.bench.stage.TopicJudge;
import io.outboxrelay.bench.stage.TopicVerdict;
import io.outboxrelay.bench.stage.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.function.Function;

/**
 * One run of {@link Throughput}. Relay and ceiling take turns on the same servers, each with the same rows in a table that was
 * empty before. Confined to the main thread.
 */
final class ThroughputRun {
    private static final int ROWS_PER_TRANSACTION = 100;
    private static final int WRITERS = 4;
    private static final int KEYS = 100_000;
    /** Enough for the broker's JVM to have compiled what it does all the time: whoever comes first would pay for it otherwise. */
    private static final long WARM_UP_EVENTS_MAX = 300_000;

    private static final long WARM_UP_BYTES_MAX = 100_000_000;

    private final ThroughputOptions options;
    private final Path distribution;
    private final Report report;
    private final Workload workload;

    /** @param distribution the directory with the relay's {@code bin} and {@code lib} */
    ThroughputRun(ThroughputOptions options, Path distribution, Report report) {
        this.options = options;
        this.distribution = distribution;
        this.report = report;
        this.workload = workload(options.events());
    }

    private Workload workload(long events) {
        return new Workload(events, ROWS_PER_TRANSACTION, WRITERS, KEYS, options.payloadBytes());
    }

    /** Returns whether every event arrived once and in order. */
    boolean measure() throws SQLException, InterruptedException {
        report.line("Starting PostgreSQL and Kafka on free ports; nothing is left behind afterwards.");
        Rounds rounds = new Rounds(options, options.profile().jvmOptions().isEmpty() && PreparedStart.of(distribution));
        try (Servers servers = Servers.started(options.source().databaseSettings())) {
            warmUp(servers);
            for (int round = 1; round <= options.rounds(); round++) {
                // Who comes first in one round comes second in the next: neither always finds the warmer machine.
                if (round % 2 == 1) {
                    relay(servers, rounds, round);
                    ceiling(servers, rounds, round);
                } else {
                    ceiling(servers, rounds, round);
                    relay(servers, rounds, round);
                }
            }
        }
        rounds.print(report);
        return rounds.verdict().isClean();
    }

    private void warmUp(Servers servers) throws SQLException, InterruptedException {
        String topic = "warm-up";
        long eventsMax = Math.min(WARM_UP_EVENTS_MAX, Math.max(1, WARM_UP_BYTES_MAX / options.payloadBytes()));
        Workload some = workload(Math.min(options.events(), eventsMax));
        // Whatever is measured later: it is the broker that warms up.
        drain(
                servers,
                some,
                topic,
                new Watched(it -> CeilingProcess.polling(it, topic), () -> new TableSigns(servers, topic)));
        servers.deleteTopic(topic);
    }

    private void relay(Servers servers, Rounds rounds, int round) throws SQLException, InterruptedException {
        String prefix = "relay-" + round + ".";
        String topic = prefix + Workload.AGGREGATE_TYPE;
        SourceKind source = options.source();
        String jvmOptions = source.heap() + " " + options.profile().jvmOptions();
        Drain drain = drain(
                servers,
                workload,
                topic,
                new Watched(
                        it -> Relay.started(distribution, Relay.settings(it, prefix, source), jvmOptions),
                        () -> source == SourceKind.POLLING
                                ? new TableSigns(servers, topic)
                                : new SlotSigns(servers, topic)));
        rounds.relay(drain, verdict(servers, topic));
    }

    private void ceiling(Servers servers, Rounds rounds, int round) throws SQLException, InterruptedException {
        String topic = "ceiling-" + round + "." + Workload.AGGREGATE_TYPE;
        if (options.source() == SourceKind.POLLING) {
            Drain drain = drain(
                    servers,
                    workload,
                    topic,
                    new Watched(it -> CeilingProcess.polling(it, topic), () -> new TableSigns(servers, topic)));
            rounds.ceiling(drain, verdict(servers, topic));
            return;
        }
        try {
            Path counted = Files.createTempFile("outbox-relay-ceiling-", ".count");
            try {
                SharedCount count = SharedCount.in(counted);
                Drain drain = drain(
                        servers,
                        workload,
                        topic,
                        new Watched(it -> CeilingProcess.engine(it, counted), () -> new EngineSigns(count)));
                rounds.ceiling(drain, TopicVerdict.CLEAN);
            } finally {
                Files.delete(counted);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot count", e);
        }
        servers.deleteTopic(topic);
    }

    /** A process that is to be started, and how it is watched; asked once the outbox is filled. */
    private record Watched(Function<Servers, MeasuredProcess> starting, Signs signs) {}

    private interface Signs {
        DrainSigns of() throws SQLException;
    }

    @SuppressWarnings("try") // the state is entered and left, nothing is asked of it
    private Drain drain(Servers servers, Workload written, String topic, Watched watched) throws SQLException {
        servers.createTopic(topic, written.payloadBytes());
        try (DatabaseState.Hold hold = options.state().enter(servers)) {
            options.source().begin(servers);
            long fillingNanos = System.nanoTime();
            new Backlog(servers, written).fill();
            report.line("%s: %,d rows written in %.1f s", topic, written.events(), secondsSince(fillingNanos));
            // Both begin with nothing left to be written from before.
            servers.execute("CHECKPOINT");
            try (DrainSigns signs = watched.signs().of()) {
                DrainWatch watch = new DrainWatch(signs, written.events());
                long begunNanos = System.nanoTime();
                try (MeasuredProcess process = watched.starting().apply(servers)) {
                    Drain drain = watch.measure(process, begunNanos);
                    if (process instanceof Relay) {
                        options.profile().save(process.pid(), drain.firstAt(), drain.emptyAt());
                    }
                    return drain;
                }
            }
        }
    }

    private TopicVerdict verdict(Servers servers, String topic) throws InterruptedException {
        TopicVerdict verdict = TopicJudge.judge(servers, topic, workload);
        report.line("%s: %s", topic, verdict);
        servers.deleteTopic(topic);
        return verdict;
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
