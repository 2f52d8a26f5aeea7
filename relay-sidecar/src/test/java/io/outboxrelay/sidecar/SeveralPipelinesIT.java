package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.RelayProcess;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two pipelines of one process, at databases of their own: whatever befalls the one, the other goes on publishing. */
class SeveralPipelinesIT {
    /** Long enough for a relay that had died or stopped with the other one to have said so. */
    private static final Duration A_WHILE = Duration.ofSeconds(2);

    private static final Duration DRAIN = Duration.ofSeconds(8);

    private Scene well;
    private Scene ill;

    @BeforeEach
    void prepare() throws SQLException {
        well = Scene.withShop();
        ill = Scene.withShop();
    }

    @AfterEach
    void close() {
        well.close();
        ill.close();
    }

    @Test
    void rows_of_each_land_in_their_topics_and_each_line_names_its_pipeline() throws Exception {
        RelayProcess relay = start();
        relay.awaitLine("[well] running: ", Scene.BOUND);
        relay.awaitLine("[ill] running: ", Scene.BOUND);
        publishes(well, relay);
        publishes(ill, relay);
        relay.interrupt();
        assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
        assertThat(relay.lines())
                .as("%s", relay.lines())
                .allSatisfy(line -> assertThat(line)
                        .containsAnyOf(
                                "[well] ",
                                "[ill] ",
                                ": 2 pipelines",
                                " received; stopping takes at most",
                                "health and metrics at"));
        assertThat(relay.lines())
                .filteredOn(line -> line.contains("exit status 0: "))
                .hasSize(2);
    }

    @Test
    void a_database_that_is_taken_away_and_given_back_is_nothing_to_the_other() throws Exception {
        RelayProcess relay = startBothRunning();
        allowConnections(ill, false);
        relay.awaitLine("[ill] interrupted, trying again: ", Scene.BOUND);
        publishes(well, relay);
        allowConnections(ill, true);
        relay.awaitLine("[ill] running again", Scene.BOUND);
        publishes(ill, relay);
        assertThat(relay.lines()).noneMatch(line -> line.contains("[well] interrupted"));
    }

    @Test
    void a_table_that_is_unsound_at_the_start_is_said_with_all_its_problems_and_mended_while_the_other_runs()
            throws Exception {
        ill.execute("REVOKE SELECT, DELETE ON outbox FROM " + SharedServers.ROLE);
        RelayProcess relay = start();
        relay.awaitLine("[well] running: ", Scene.BOUND);
        assertThat(relay.awaitLine("[ill] cannot start as it is set up, tries again: ", Scene.BOUND))
                .contains("ERROR", "GRANT", "SELECT", "DELETE");
        publishes(well, relay);
        assertThat(relay.endsWithin(A_WHILE)).isFalse();
        ill.grant("outbox");
        relay.awaitLine("[ill] running: ", Scene.BOUND);
        publishes(ill, relay);
        terminatedCleanly(relay);
    }

    @Test
    void a_row_that_can_never_be_published_halts_its_own_pipeline_only() throws Exception {
        RelayProcess relay = startBothRunning();
        insert(ill, "no topic has such a name!");
        assertThat(relay.awaitLine("[ill] failed, an operator is needed: ", Scene.BOUND))
                .contains("cannot be published");
        relay.awaitLine("[ill] the other pipelines go on", Scene.BOUND);
        publishes(well, relay);
        assertThat(relay.endsWithin(A_WHILE)).isFalse();
        relay.terminate();
        assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.FAILED);
        assertThat(ill.count("outbox")).isOne();
    }

    @Test
    void one_whose_brokers_are_away_or_speak_something_else_keeps_nobody_waiting() throws Exception {
        ill.set("kafka.bootstrap.servers", "127.0.0.1:1");
        RelayProcess relay = start();
        publishes(well, relay);
        relay.awaitLine("[ill] waiting: no broker can be reached at 127.0.0.1:1", Scene.BOUND);
        terminatedCleanly(relay);

        ill.set("kafka.bootstrap.servers", SharedServers.kafka().bootstrapServers());
        ill.set("kafka.security.protocol", "SSL");
        RelayProcess other = start();
        publishes(well, other);
        assertThat(other.awaitLine("[ill] cannot start as it is set up, tries again: ", Scene.BOUND))
                .contains("kafka.security.protocol");
        publishes(well, other);
        terminatedCleanly(other);
    }

    /** One after the other would take twice as long. */
    @Test
    void a_stop_drains_all_at_once_within_the_time_that_one_may_take() throws Exception {
        RelayProcess relay = startBothRunning("--set", "drainTimeout=8s");
        SharedServers.kafka().stop();
        try {
            insert(well, "order");
            insert(ill, "order");
            relay.awaitLine("[well] interrupted, trying again: ", Scene.BOUND);
            relay.awaitLine("[ill] interrupted, trying again: ", Scene.BOUND);
            long told = System.nanoTime();
            relay.interrupt();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.FAILED);
            assertThat(Duration.ofNanos(System.nanoTime() - told)).isBetween(DRAIN, DRAIN.multipliedBy(2));
            assertThat(relay.lines())
                    .filteredOn(line -> line.contains("stopped with 1 rows still on their way"))
                    .hasSize(2);
        } finally {
            SharedServers.kafka().start();
        }
    }

    @Test
    void one_that_stands_by_takes_over_beside_the_other() throws Exception {
        RelayProcess owner = ill.startRunningRelay();
        RelayProcess relay = start();
        relay.awaitLine("[ill] standing by: ", Scene.BOUND);
        publishes(well, relay);
        owner.kill();
        relay.awaitLine("[ill] running: ", Scene.BOUND);
        publishes(ill, relay);
    }

    @Test
    void where_none_can_work_the_process_ends_with_78_and_every_problem_of_each() throws Exception {
        well.execute("DROP TABLE outbox");
        ill.set("source.password", "wrong");
        RelayProcess relay = start();
        assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.MISCONFIGURED);
        List<String> last = relay.lines().stream()
                .dropWhile(line -> !line.startsWith("outbox-relay cannot start: "))
                .toList();
        assertThat(last)
                .anySatisfy(line -> assertThat(line).startsWith("  * well: "))
                .anySatisfy(line -> assertThat(line).startsWith("  * ill: ").contains("password"));
    }

    @Test
    void with_exit_on_failure_the_first_that_needs_an_operator_ends_the_process_and_the_others_are_drained()
            throws Exception {
        RelayProcess relay = startBothRunning("--exit-on-failure");
        insert(ill, "no topic has such a name!");
        assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.FAILED);
        assertThat(relay.lines()).anyMatch(line -> line.contains("[well] stopping"));

        well.execute("TRUNCATE outbox");
        ill.execute("DROP TABLE outbox");
        RelayProcess refused = start("--exit-on-failure");
        assertThat(refused.awaitExit(Scene.BOUND)).as("%s", refused.lines()).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(refused.lines()).anyMatch(line -> line.contains("[ill] cannot start as it is set up"));
    }

    /** A class that is gone is a bug to whoever meets it: here to the one that reads the log, with what that takes left out. */
    @Test
    void a_bug_in_one_ends_the_process_with_70_and_loses_nothing_of_the_other(@TempDir Path directory)
            throws Exception {
        insert(well, "order");
        ill.set("source.type", "debezium");
        Path distribution = distributionWithoutLogReading(directory);
        try (RelayProcess relay = RelayProcess.startedWith(
                Scene.SHORT_LIVED, distribution, Scene.merged(Map.of("well", well, "ill", ill)))) {
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.BUG);
            assertThat(relay.lines())
                    .anyMatch(line -> line.contains("[ill] failed: an invariant is broken: ")
                            && line.contains("please report it with the log"))
                    .anyMatch(line -> line.contains("[well] ended with exit status 70: "));
            assertThat(well.published().size() + well.count("outbox")).isPositive();
        }
    }

    private static Path distributionWithoutLogReading(Path directory) throws IOException {
        Path shipped = Path.of(System.getProperty("outboxrelay.distribution"));
        Path script = Files.createDirectory(directory.resolve("bin")).resolve("outbox-relay");
        Files.copy(shipped.resolve("bin/outbox-relay"), script, StandardCopyOption.COPY_ATTRIBUTES);
        Path lib = Files.createDirectory(directory.resolve("lib"));
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(shipped.resolve("lib"), "*.jar")) {
            for (Path jar : jars) {
                Files.createSymbolicLink(lib.resolve(jar.getFileName()), jar);
            }
        }
        return directory;
    }

    @Test
    void each_has_threads_and_clients_of_its_own_name() throws Exception {
        RelayProcess relay = startBothRunning();
        publishes(well, relay);
        publishes(ill, relay);
        String threads = relay.threadDump();
        for (String name : List.of("well", "ill")) {
            assertThat(threads)
                    .contains("\"relay-loop-" + name + "\"", "\"relay-source-" + name + "\"")
                    .contains("\"kafka-producer-network-thread | outbox-relay-" + name + "\"");
        }
        assertThat(threads).doesNotContain("\"relay-loop\"", "\"relay-source\"");
    }

    private RelayProcess start(String... arguments) {
        return well.startRelayFor(Map.of("well", well, "ill", ill), arguments);
    }

    private RelayProcess startBothRunning(String... arguments) {
        RelayProcess relay = start(arguments);
        relay.awaitLine("[well] running: ", Scene.BOUND);
        relay.awaitLine("[ill] running: ", Scene.BOUND);
        return relay;
    }

    private static void terminatedCleanly(RelayProcess relay) {
        relay.terminate();
        assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
    }

    /** A row more than before goes through, and into a topic of this database's scene. */
    private static void publishes(Scene scene, RelayProcess relay) throws SQLException {
        int before = scene.published().size();
        insert(scene, "order");
        scene.awaitEmpty("outbox", relay);
        await().atMost(Scene.BOUND).until(() -> scene.published().size() == before + 1);
        assertThat(scene.published())
                .allSatisfy(record -> assertThat(record.topic()).isEqualTo(scene.topic("order")));
    }

    private static void insert(Scene scene, String aggregateType) throws SQLException {
        scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES (gen_random_uuid(), '"
                + aggregateType + "', 'k', 't', '{}')");
    }

    private static void allowConnections(Scene scene, boolean allowed) throws SQLException {
        SharedServers.database()
                .execute("ALTER DATABASE " + scene.name() + " ALLOW_CONNECTIONS " + allowed
                        + "; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + scene.name()
                        + "'");
    }
}
