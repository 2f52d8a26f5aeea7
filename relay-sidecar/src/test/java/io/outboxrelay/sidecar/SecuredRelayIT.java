package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.BrokerSecurity;
import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.Expectation;
import io.outboxrelay.testkit.HistoryChecker;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.TopicReader;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged relay over TLS, with passwords in files: they are replaced under load, and none ever shows. */
class SecuredRelayIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));
    /** A password takes a broker some 300 ms to check, and the relay asks again after at most 3 s. */
    private static final Duration CUT_AGAIN = Duration.ofSeconds(4);
    /** A refused login is tried again after 30 s at most, and may be refused once more where the change is not known everywhere. */
    private static final Duration LET_IN_AGAIN = Duration.ofMinutes(2);
    /** What every secret of this test begins with. */
    private static final String CANARY = "c4nary";

    @TempDir
    static Path directory;

    private static SecuredServers servers;

    @BeforeAll
    static void start() throws SQLException, IOException {
        servers = new SecuredServers(directory);
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Test
    void both_passwords_are_replaced_under_load_and_nothing_is_lost_nor_any_secret_shown() throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        Workload workload = Workload.everything(seed).withEventsPerSecond(200).withUnrelatedOpen(Duration.ofSeconds(2));
        TracingLog log = TracingLog.in(directory);
        Path everything = log.everything();
        try (OrderService shop = new OrderService(jdbcUrl(), OutboxSchema.standard(), workload);
                RelayProcess relay = RelayProcess.startedWith(log.jvmOption(), DISTRIBUTION, servers.settings())) {
            shop.start();
            relay.awaitLine("running: ", Scene.BOUND);

            servers.changePasswordAtDatabase("c4nary-database-2");
            relay.awaitLine("password authentication failed", Scene.BOUND);
            servers.changePasswordFileOfDatabase("c4nary-database-2");
            relay.awaitLine("running again", LET_IN_AGAIN);

            servers.changePasswordAtBroker("c4nary-broker-2");
            untilSaid(relay, "invalid credentials", () -> servers.cutBrokerConnections());
            servers.changePasswordFileOfBroker("c4nary-broker-2");
            // Whoever was let in before has to say the new one, too.
            servers.cutBrokerConnections();

            CommittedHistory history = shop.stop();
            await("to be let in, and to publish the rest")
                    .atMost(LET_IN_AGAIN)
                    .untilAsserted(
                            () -> assertThat(standing()).as("%s", relay.lines()).isZero());
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
            Scene.assertSound(verdict(history), 20_000, seed);
            assertToldOnce(relay, "password authentication failed", "source.password");
            assertToldOnce(relay, "invalid credentials", "kafka.sasl.jaas.config");
            assertThat(relay.lines()).as("%s", relay.lines()).hasSizeLessThan(20);
            assertNoSecret(relay.lines().stream());
        }
        try (Stream<String> lines = Files.lines(everything)) {
            assertNoSecret(lines);
        }
        assertThat(Files.size(everything)).as("the log at its finest").isGreaterThan(1 << 20);
    }

    @Test
    void a_first_start_that_the_brokers_do_not_let_in_ends_with_78_and_the_setting() {
        Map<String, String> wrong = servers.settings();
        wrong.computeIfPresent("kafka.sasl.jaas.config", (key, login) -> login.replaceAll("\\$\\{.*}", "c4nary-wr0ng"));
        assertRefused(wrong, "-> correct the user and the password in kafka.sasl.jaas.config");
    }

    /** Kafka's client would take the alert for an answer of 350 MB, and the process would end for lack of memory. */
    @Test
    void a_first_start_in_plaintext_at_a_port_that_speaks_tls_ends_with_78_and_the_setting() {
        Map<String, String> plaintext = servers.settings();
        plaintext.keySet().removeIf(key -> key.startsWith("kafka."));
        plaintext.put("kafka.bootstrap.servers", servers.kafka().bootstrapServers(BrokerSecurity.SSL));
        assertRefused(plaintext, "-> set kafka.security.protocol to SASL_SSL where it wants a password, else SSL");
    }

    private static void assertRefused(Map<String, String> settings, String remedy) {
        try (RelayProcess relay = RelayProcess.started(DISTRIBUTION, settings)) {
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(relay.lines())
                    .anySatisfy(line -> assertThat(line).isEqualTo("outbox-relay cannot start: 1 problem"))
                    .anySatisfy(line -> assertThat(line).contains(remedy));
            assertNoSecret(relay.lines().stream());
        }
    }

    /** What was changed at a broker counts within moments, not at once. */
    private static void untilSaid(RelayProcess relay, String text, Runnable again) {
        try {
            await().atMost(Scene.BOUND)
                    .pollInterval(CUT_AGAIN)
                    .pollDelay(Duration.ZERO)
                    .until(() -> {
                        boolean said = relay.hasSaid(text);
                        if (!said) {
                            again.run();
                        }
                        return said;
                    });
        } catch (ConditionTimeoutException e) {
            throw relay.failure("did not say '" + text + "'");
        }
    }

    /** Once in each interruption, however often it was tried meanwhile, and with what mends it. */
    private static void assertToldOnce(RelayProcess relay, String cause, String remedy) {
        int inThisInterruption = 0;
        for (String line : relay.lines()) {
            if (line.contains("running")) {
                inThisInterruption = 0;
            } else if (line.contains(cause)) {
                inThisInterruption++;
                assertThat(line).contains("->", remedy);
            }
            assertThat(inThisInterruption).as("%s", relay.lines()).isLessThanOrEqualTo(1);
        }
        assertThat(said(relay, cause)).hasSizeBetween(1, 2);
    }

    private static void assertNoSecret(Stream<String> lines) {
        assertThat(lines.filter(line -> line.contains(CANARY))).isEmpty();
    }

    private static List<String> said(RelayProcess relay, String text) {
        return relay.lines().stream().filter(line -> line.contains(text)).toList();
    }

    private static String jdbcUrl() {
        return servers.database().jdbcUrl(EmbeddedDatabase.SUPERUSER);
    }

    private static long standing() throws SQLException {
        try (Connection connection = servers.database().connect();
                ResultSet row = connection.createStatement().executeQuery("SELECT count(*) FROM outbox")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Verdict verdict(CommittedHistory history) {
        HistoryChecker checker = new HistoryChecker(
                history, Expectation.standard().withTopic(event -> servers.prefix() + event.aggregateType()));
        try (TopicReader reader = TopicReader.ofPrefix(servers.kafka().bootstrapServers(), servers.prefix())) {
            reader.readToEnd(Scene.BOUND, checker::accept);
        }
        return checker.verdict();
    }
}
