package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.Expectation;
import io.outboxrelay.testkit.HistoryChecker;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.TopicReader;
import io.outboxrelay.testkit.Workload;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;

/**
 * One run, from the start of the servers to the verdict. Belongs to the main thread.
 *
 * <p>It goes on in this order: database and broker; relay; consumers; order service. When enough is written or Ctrl-C came:
 * the order service stops, what is pending arrives, the relay stops, the topics are compared with the history.
 */
final class Demo {
    static final int EXIT_INTERRUPTED = 130;

    private static final Duration TAIL_POLL_MAX = Duration.ofMillis(100);
    private static final Duration RELAY_POLL = Duration.ofMillis(50);
    private static final Duration RELAY_READY_MAX = Duration.ofSeconds(30);
    private static final Duration VERIFY_MAX = Duration.ofMinutes(2);
    /** Long enough to see that events with higher numbers do not wait for it. */
    private static final Duration UNRELATED_OPEN = Duration.ofSeconds(2);

    private final DemoOptions options;
    private final Path distribution;
    private final View view;
    private final StopSignal stop;

    /**
     * A run.
     *
     * @param distribution the directory with the relay's {@code bin} and {@code lib}
     */
    Demo(DemoOptions options, Path distribution, View view, StopSignal stop) {
        this.options = options;
        this.distribution = distribution;
        this.view = view;
        this.stop = stop;
    }

    /**
     * Runs to the end and leaves nothing behind.
     *
     * @return the exit status
     * @throws DemoFailure when something does not start, ends by itself, or does not move
     */
    int run() throws SQLException, InterruptedException {
        long beginNanos = System.nanoTime();
        view.line("Starting "
                + (options.source() == SourceKind.DEBEZIUM_ON_MYSQL
                        ? "MySQL, Kafka, and PostgreSQL for the consumer's books,"
                        : "PostgreSQL and Kafka")
                + " on free ports; nothing is left behind afterwards.");
        try (Servers servers = Servers.started(options.source());
                Scratch scratch = Scratch.created();
                OutboxProbe probe = OutboxProbe.connected(servers, options.source())) {
            Path config = scratch.relayConfig(servers, options.source());
            try (Relay relay = Relay.started(distribution, config, scratch.relayLog())) {
                new Introduction(servers, relay, config, distribution).lines().forEach(view::line);
                if (!awaitGreeting(relay, probe)) {
                    return EXIT_INTERRUPTED;
                }
                view.line(String.format(
                        Locale.ROOT,
                        "The first event went through after %.1f s.",
                        (System.nanoTime() - beginNanos) / 1e9));
                return play(servers, relay, probe);
            }
        }
    }

    /** Waits until a first event has been published; false when the end is asked for first. */
    private boolean awaitGreeting(Relay relay, OutboxProbe probe) throws SQLException {
        long deadline = System.nanoTime() + RELAY_READY_MAX.toNanos();
        probe.greet();
        while (!probe.isEmpty()) {
            relay.requireRunning();
            if (System.nanoTime() - deadline > 0) {
                throw relay.failure("the relay published nothing within " + RELAY_READY_MAX.toSeconds() + " s");
            }
            if (stop.await(RELAY_POLL)) {
                return false;
            }
        }
        return true;
    }

    private int play(Servers servers, Relay relay, OutboxProbe probe) throws SQLException, InterruptedException {
        Arrivals arrivals = new Arrivals();
        try (Background tail = tail(servers, arrivals);
                Warehouse warehouse = Warehouse.opened(servers);
                OrderService service = shop(servers)) {
            Watch watch = new Watch(new Cast(service, relay, tail, arrivals, warehouse, probe), view);
            service.start();
            boolean complete = watch.untilWritten(stop);
            if (!complete && !options.endless()) {
                return EXIT_INTERRUPTED;
            }
            CommittedHistory history = service.stop();
            if (!watch.untilArrived(history)) {
                view.settle();
                view.line("Not everything arrived, and nothing moves any more. The end of the relay's log:\n"
                        + relay.logEnd());
            }
            relay.stop();
            HistoryChecker checker =
                    new HistoryChecker(history, Expectation.standard().withTypeHeader("eventType"));
            try (TopicReader reader = reader(servers)) {
                reader.readToEnd(VERIFY_MAX, checker::accept);
            }
            Findings findings = new Findings(
                    checker.verdict(),
                    Findings.warehouseFault(history, warehouse.books()),
                    watch.time(),
                    arrivals.latency(history.events()));
            report(findings);
            return findings.exitStatus();
        }
    }

    private void report(Findings findings) {
        view.settle();
        findings.lines().forEach(view::line);
    }

    private static TopicReader reader(Servers servers) {
        return new TopicReader(servers.kafka().bootstrapServers(), Servers.topics()::contains);
    }

    private static Background tail(Servers servers, Arrivals arrivals) {
        TopicReader reader = reader(servers);
        return Background.started(
                "tail",
                () -> reader.readSome(TAIL_POLL_MAX, record -> arrivals.accept(record, System.nanoTime())),
                reader);
    }

    private OrderService shop(Servers servers) {
        return new OrderService(servers.shop().url(), servers.shop().schema(), workload());
    }

    private Workload workload() {
        return Workload.everything(System.nanoTime())
                .withWriters(options.writers())
                .withEventsMax(options.eventsMax())
                .withEventsPerSecond(options.eventsPerSecond())
                .withUnrelatedOpen(UNRELATED_OPEN);
    }
}
