package io.outboxrelay.bench;

import io.outboxrelay.testkit.TopicReader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One run of {@link Throughput}. Relay and ceiling take turns on the same servers, each with the same rows in a fresh table. */
final class ThroughputRun {
    private static final int ROWS_PER_TRANSACTION = 100;
    private static final int WRITERS = 4;
    private static final int KEYS = 100_000;
    private static final Duration JUDGING_MAX = Duration.ofMinutes(20);

    private final ThroughputOptions options;
    private final Path distribution;
    private final Report report;
    private final Workload workload;
    private final List<Drain> relay = new ArrayList<>();
    private final List<Drain> ceiling = new ArrayList<>();
    private boolean clean = true;

    ThroughputRun(ThroughputOptions options, Path distribution, Report report) {
        this.options = options;
        this.distribution = distribution;
        this.report = report;
        this.workload = new Workload(options.events(), ROWS_PER_TRANSACTION, WRITERS, KEYS, options.payloadBytes());
    }

    boolean measure() throws SQLException, InterruptedException {
        report.line("Starting PostgreSQL and Kafka on free ports; nothing is left behind afterwards.");
        try (Servers servers = Servers.started()) {
            for (int round = 1; round <= options.rounds(); round++) {
                // Who comes first in one round comes second in the next: neither always has the warmer machine.
                if (round % 2 == 1) {
                    relay.add(relay(servers, round));
                    ceiling.add(ceiling(servers, round));
                } else {
                    ceiling.add(ceiling(servers, round));
                    relay.add(relay(servers, round));
                }
            }
        }
        print();
        return clean;
    }

    private Drain relay(Servers servers, int round) throws SQLException, InterruptedException {
        String prefix = "relay-" + round + ".";
        return drain(
                servers,
                "relay",
                prefix + Workload.AGGREGATE_TYPE,
                () -> RelayDrainer.started(distribution, servers, prefix));
    }

    private Drain ceiling(Servers servers, int round) throws SQLException, InterruptedException {
        String topic = "ceiling-" + round + "." + Workload.AGGREGATE_TYPE;
        return drain(servers, "ceiling", topic, () -> CeilingDrainer.started(servers, topic));
    }

    private Drain drain(Servers servers, String who, String topic, java.util.function.Supplier<Drainer> starting)
            throws SQLException, InterruptedException {
        long begunNanos = System.nanoTime();
        servers.createTopic(topic, workload.payloadBytes());
        servers.execute("TRUNCATE outbox");
        new Backlog(servers, workload).fill();
        // Both begin with nothing left to be written from the fill.
        servers.execute("CHECKPOINT");
        double filled = (System.nanoTime() - begunNanos) / 1e9;
        Drain drain;
        try (DrainWatch watch = new DrainWatch(servers, topic, workload.events())) {
            drain = watch.measure(starting);
        }
        TopicVerdict verdict = judge(servers, topic);
        servers.deleteTopic(topic);
        clean &= verdict.isClean();
        report.line(String.format(
                Locale.ROOT,
                "%-7s  filled in %.1f s, first record after %.1f s, drained in %.2f s: %,.0f events/s, %.2f CPU s (+%.2f to"
                        + " start), %.0f MB, %s",
                who,
                filled,
                drain.startUp().toNanos() / 1e9,
                drain.duration().toNanos() / 1e9,
                drain.eventsPerSecond(),
                drain.cpuSeconds(),
                drain.startUpCpuSeconds(),
                drain.residentMegabytesPeak(),
                verdict));
        return drain;
    }

    private TopicVerdict judge(Servers servers, String topic) {
        TopicJudge judge = new TopicJudge(workload);
        try (TopicReader reader = new TopicReader(servers.kafka().bootstrapServers(), topic::equals)) {
            reader.readToEnd(JUDGING_MAX, judge::accept);
        }
        return judge.verdict();
    }

    private void print() {
        double relays =
                Figures.median(relay.stream().map(Drain::eventsPerSecond).toList());
        double ceilings =
                Figures.median(ceiling.stream().map(Drain::eventsPerSecond).toList());
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("scenario", "throughput");
        fields.put("source", options.source());
        fields.put("events", Long.toString(options.events()));
        fields.put("eventsPerSecond", figure("%.0f", relays));
        fields.put("ceilingEventsPerSecond", figure("%.0f", ceilings));
        fields.put("ratio", figure("%.3f", relays / ceilings));
        fields.put(
                "rssMb",
                figure(
                        "%.0f",
                        relay.stream()
                                .mapToDouble(Drain::residentMegabytesPeak)
                                .max()
                                .orElse(0)));
        fields.put(
                "cpuSecondsPerMillion",
                figure(
                        "%.2f",
                        Figures.median(
                                relay.stream().map(Drain::cpuSecondsPerMillion).toList())));
        report.result(fields);
    }

    private static String figure(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
