package io.outboxrelay.bench.idle;

import io.outboxrelay.bench.stage.PreparedStart;
import io.outboxrelay.bench.stage.ProcessUse;
import io.outboxrelay.bench.stage.Relay;
import io.outboxrelay.bench.stage.Report;
import io.outboxrelay.bench.stage.ResultLine;
import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.SingleEvents;
import io.outboxrelay.bench.stage.TopicJudge;
import io.outboxrelay.bench.stage.TopicVerdict;
import io.outboxrelay.bench.stage.Workload;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** One run of {@link Idle}: one event, silence, a look, silence, another look, one event more. Confined to the main thread. */
final class IdleRun {
    private static final String PREFIX = "idle.";
    private static final String TOPIC = PREFIX + Workload.AGGREGATE_TYPE;
    private static final int STATEMENTS_SHOWN = 5;

    /** The first shows that the relay works before it is idle, the second that it still does afterwards. */
    private static final Workload WORKLOAD = new Workload(2, 1, 1, 1, 200);

    private final IdleOptions options;
    private final Path distribution;
    private final Report report;

    IdleRun(IdleOptions options, Path distribution, Report report) {
        this.options = options;
        this.distribution = distribution;
        this.report = report;
    }

    private record Cost(double cpuShare, long residentBytes, List<Statements.Counted> statements) {}

    /** Returns whether the events before and after arrived once. */
    boolean measure() throws SQLException {
        boolean isPrepared = PreparedStart.of(distribution);
        report.line("Starting PostgreSQL and Kafka on free ports; nothing is left behind afterwards.");
        try (Servers servers = Servers.started(Statements.SERVER)) {
            servers.createTopic(TOPIC, WORKLOAD.payloadBytes());
            Cost cost;
            try (SingleEvents events = new SingleEvents(servers, TOPIC, WORKLOAD);
                    Relay relay = Relay.asShipped(distribution, Relay.settings(servers, PREFIX))) {
                events.write(0);
                events.awaitArrival(0, relay);
                if (isPrepared) {
                    PreparedStart.requireUsedBy(relay);
                }
                report.line(
                        "Java %s, AOT cache: %s; idle for %d s, then %d s that count",
                        Runtime.version().feature(),
                        PreparedStart.word(isPrepared),
                        options.settleSeconds(),
                        options.seconds());
                cost = cost(servers, relay);
                events.write(1);
                events.awaitArrival(1, relay);
                relay.stop();
            }
            TopicVerdict verdict = TopicJudge.judge(servers, TOPIC, WORKLOAD);
            print(cost, isPrepared, verdict);
            return verdict.isClean();
        }
    }

    private Cost cost(Servers servers, Relay relay) throws SQLException {
        pass(Duration.ofSeconds(options.settleSeconds()));
        Statements.reset(servers);
        ProcessUse before = ProcessUse.of(relay.pid());
        long begunNanos = System.nanoTime();
        pass(Duration.ofSeconds(options.seconds()));
        ProcessUse after = ProcessUse.of(relay.pid());
        double seconds = (System.nanoTime() - begunNanos) / 1e9;
        List<Statements.Counted> statements = Statements.counted(servers);
        relay.requireRunning();
        return new Cost((after.cpuSeconds() - before.cpuSeconds()) / seconds, relay.residentBytes(), statements);
    }

    private static void pass(Duration time) {
        long endNanos = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = endNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void print(Cost cost, boolean isPrepared, TopicVerdict verdict) {
        long calls =
                cost.statements().stream().mapToLong(Statements.Counted::calls).sum();
        List<List<String>> rows = new ArrayList<>(List.of(List.of("statement", "a second")));
        for (Statements.Counted statement :
                cost.statements().stream().limit(STATEMENTS_SHOWN).toList()) {
            rows.add(List.of(
                    statement.text(),
                    String.format(Locale.ROOT, "%.2f", statement.calls() / (double) options.seconds())));
        }
        report.table(rows);
        report.line(
                "The relay took %.2f %% of a processor and %.2f queries a second, and occupies %.0f MB.",
                100 * cost.cpuShare(), calls / (double) options.seconds(), cost.residentBytes() / (double) (1 << 20));
        report.line("%s: %s", TOPIC, verdict);
        report.result(new ResultLine()
                .with("scenario", "idle")
                .with("source", options.source())
                .with("java", Runtime.version().feature())
                .with("aot", PreparedStart.word(isPrepared))
                .with("seconds", options.seconds())
                .with("rssMb", "%.1f", cost.residentBytes() / (double) (1 << 20))
                .with("cpuPercent", "%.2f", 100 * cost.cpuShare())
                .with("queriesPerSecond", "%.2f", calls / (double) options.seconds())
                .with("lost", verdict.lost())
                .with("phantom", verdict.phantom())
                .with("reordered", verdict.reordered())
                .with("repeated", verdict.repeated()));
    }
}
