package io.outboxrelay.bench.start;

import io.outboxrelay.bench.stage.Figures;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One run of {@link Start}: one process after the other, each with one row to publish. Confined to the main thread. */
final class StartRun {
    private static final String PREFIX = "start.";
    private static final String TOPIC = PREFIX + Workload.AGGREGATE_TYPE;
    private static final int KEYS = 100;
    private static final int PAYLOAD_BYTES = 200;
    /** The first start reads jars and libraries from the disk, and the servers have not done any of this before. */
    private static final int UNCOUNTED = 1;

    private final StartOptions options;
    private final Path distribution;
    private final Report report;
    private final Workload workload;

    StartRun(StartOptions options, Path distribution, Report report) {
        this.options = options;
        this.distribution = distribution;
        this.report = report;
        this.workload = new Workload(UNCOUNTED + options.rounds(), 1, 1, KEYS, PAYLOAD_BYTES);
    }

    /** One start: until the event was there, and what the process had used by then. */
    private record Started(double seconds, double cpuSeconds, double residentMegabytes) {}

    /** Returns whether every event arrived once. */
    boolean measure() throws SQLException {
        boolean isPrepared = PreparedStart.of(distribution);
        report.line("Starting PostgreSQL and Kafka on free ports; nothing is left behind afterwards.");
        try (Servers servers = Servers.started()) {
            servers.createTopic(TOPIC, workload.payloadBytes());
            report.line(
                    "Java %s, AOT cache: %s; %d starts that count, after %d that does not",
                    Runtime.version().feature(), PreparedStart.word(isPrepared), options.rounds(), UNCOUNTED);
            List<Started> starts = new ArrayList<>();
            try (SingleEvents events = new SingleEvents(servers, TOPIC, workload)) {
                for (long number = 0; number < workload.events(); number++) {
                    starts.add(start(servers, events, number, isPrepared));
                }
            }
            TopicVerdict verdict = TopicJudge.judge(servers, TOPIC, workload);
            print(starts.subList(UNCOUNTED, starts.size()), isPrepared, verdict);
            return verdict.isClean();
        }
    }

    private Started start(Servers servers, SingleEvents events, long number, boolean isPrepared) throws SQLException {
        events.write(number);
        long begunNanos = System.nanoTime();
        try (Relay relay = Relay.asShipped(distribution, Relay.settings(servers, PREFIX))) {
            long arrivedNanos = events.awaitArrival(number, relay);
            ProcessUse use = ProcessUse.of(relay.pid());
            if (isPrepared) {
                PreparedStart.requireUsedBy(relay);
            }
            relay.stop();
            return new Started(
                    (arrivedNanos - begunNanos) / 1e9, use.cpuSeconds(), use.residentBytesPeak() / (double) (1 << 20));
        }
    }

    private void print(List<Started> starts, boolean isPrepared, TopicVerdict verdict) {
        List<List<String>> rows =
                new ArrayList<>(List.of(List.of("", "first event s", "CPU s until then", "peak RSS MB")));
        for (int i = 0; i < starts.size(); i++) {
            Started start = starts.get(i);
            rows.add(List.of(
                    "start " + (i + 1),
                    figure("%.3f", start.seconds()),
                    figure("%.2f", start.cpuSeconds()),
                    figure("%.0f", start.residentMegabytes())));
        }
        report.table(rows);
        report.line("%s: %s", TOPIC, verdict);
        report.result(new ResultLine()
                .with("scenario", "start")
                .with("source", options.source())
                .with("java", Runtime.version().feature())
                .with("aot", PreparedStart.word(isPrepared))
                .with("rounds", options.rounds())
                .with(
                        "firstEventSeconds",
                        "%.3f",
                        Figures.median(starts.stream().map(Started::seconds).toList()))
                .with(
                        "slowestSeconds",
                        "%.3f",
                        starts.stream().mapToDouble(Started::seconds).max().orElse(0))
                .with(
                        "cpuSeconds",
                        "%.2f",
                        Figures.median(starts.stream().map(Started::cpuSeconds).toList()))
                .with("lost", verdict.lost())
                .with("phantom", verdict.phantom())
                .with("reordered", verdict.reordered())
                .with("repeated", verdict.repeated()));
    }

    private static String figure(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
