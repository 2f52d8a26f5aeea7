package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.RelayProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code outbox-relay dry-run} shows of a real database, held against what a relay then publishes. */
class DryRunIT {
    @TempDir
    Path directory;

    private int files;

    @BeforeEach
    void first() {
        files = 0;
    }

    @ParameterizedTest
    @CsvSource({
        "sequence, delete",
        "sequence, archive",
        "sequence, keep",
        "commit-timestamp, delete",
        "commit-timestamp, archive",
        "none, delete",
        "none, archive"
    })
    void shows_what_a_relay_then_publishes_in_its_order_and_changes_nothing(String order, String retention)
            throws Exception {
        try (Scene scene = outbox(order, retention)) {
            // Drawn early, committed late: by commit timestamp it comes last, by number first.
            try (Connection late = DriverManager.getConnection(scene.jdbcUrl());
                    Statement statement = late.createStatement()) {
                late.setAutoCommit(false);
                statement.execute(insert("late", "'a'", "'{}'"));
                scene.execute(
                        "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) SELECT 'e' || i, 'order',"
                                + " 'a', 'placed', 'p' || i FROM generate_series(1, 1200) i");
                late.commit();
            }
            CommandRun run = dryRun(scene, "--limit", "2000", "--json");
            assertThat(run.status()).as(run.err()).isZero();
            assertThat(scene.count("outbox")).isEqualTo(1201);
            assertThat(scene.published()).isEmpty();
            List<String> shown = ids(run);
            assertThat(shown).hasSize(1201);

            RelayProcess relay = scene.startRunningRelay();
            await().atMost(Scene.BOUND).until(() -> scene.published().size() == 1201);
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).isZero();
            // All of one key, hence in one partition: the order there is that of sending.
            List<String> published = scene.published().stream()
                    .map(record -> Scene.header(record, "id"))
                    .toList();
            if (order.equals("none")) {
                assertThat(shown).containsExactlyInAnyOrderElementsOf(published);
            } else {
                assertThat(shown).isEqualTo(published);
                assertThat(shown.indexOf("late")).isEqualTo(order.equals("sequence") ? 0 : 1200);
            }
            assertThat(dryRun(scene, "--json").out()).isEmpty();
        }
    }

    @Test
    void of_rows_that_are_kept_those_behind_the_stored_extent_are_not_shown() throws Exception {
        try (Scene scene = outbox("sequence", "keep")) {
            scene.execute(
                    "INSERT INTO outbox (id, aggregatetype) SELECT 'old' || i, 'order' FROM generate_series(1, 20) i");
            RelayProcess relay = scene.startRunningRelay();
            scene.awaitEmpty("unpublished", relay);
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).isZero();

            scene.execute("UPDATE outbox_relay_state SET gaps_lo = '{3,18}', gaps_hi = '{4,18}'");
            scene.execute("INSERT INTO outbox (id, aggregatetype) VALUES ('new1', 'order'), ('new2', 'order')");
            assertThat(ids(dryRun(scene, "--json"))).containsExactly("old3", "old4", "old18", "new1", "new2");

            scene.execute("UPDATE outbox_relay_state SET system_identifier = 1");
            CommandRun lost = dryRun(scene);
            assertThat(lost.status()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(lost.err()).contains("the system identifier was 1", "-> if rows, sequence and state came here");
        }
    }

    @Test
    void a_row_that_can_never_be_published_is_shown_with_the_reason_and_in_its_place() throws Exception {
        try (Scene scene = outbox("sequence", "delete")) {
            scene.set("kafka.max.request.size", "5000");
            scene.execute(insert("good", "'k'", "'{\"a\": 1}'")
                    + "; INSERT INTO outbox (id, aggregatetype) VALUES ('bad', 'no topic');"
                    + insert("evil", "E'\\u001b[2J'", "NULL") + ";"
                    + insert("large", "'k'", "repeat('x', 6000)") + ";" + insert("cut", "NULL", "repeat('é', 1200)"));
            CommandRun run = dryRun(scene, "--show-payload");
            Golden.assertSame("dry-run/poison", normalised(run, scene));
            Golden.assertSame("dry-run/poison-json", normalised(dryRun(scene, "--show-payload", "--json"), scene));

            scene.execute(
                    "ALTER TABLE outbox ALTER id DROP NOT NULL; INSERT INTO outbox (aggregatetype) VALUES ('order'), ('order')");
            Golden.assertSame("dry-run/no-id", normalised(dryRun(scene), scene));
        }
    }

    @Test
    void what_each_of_several_pipelines_would_publish_stands_under_its_name() throws Exception {
        try (Scene sound = outbox("sequence", "delete");
                Scene unsound = outbox("sequence", "delete")) {
            sound.execute(insert("mine", "'k'", "'{}'"));
            unsound.execute("DROP TABLE outbox");
            Path file = Scene.settingsFileFor(directory, new TreeMap<>(Map.of("sound", sound, "unsound", unsound)));
            CommandRun run = CommandRun.of("dry-run", "--config", file.toString());
            assertThat(run.status()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(run.out())
                    .matches("pipeline sound\n[^\n]* id=mine[^\n]*\n1 message of [^\n]*\npipeline unsound\n");
            assertThat(run.err()).contains("  * unsound: ").doesNotContain("  * sound: ");
            assertThat(CommandRun.of("dry-run", "--json", "--config", file.toString())
                            .out())
                    .startsWith("{\"pipeline\":\"sound\",\"id\":\"mine\",");
        }
    }

    @Test
    void stops_at_the_limit_and_shows_no_payload_unless_asked() throws Exception {
        try (Scene scene = outbox("sequence", "delete")) {
            scene.execute("INSERT INTO outbox (id, aggregatetype, payload) SELECT 'e' || i, 'order', 'confidential'"
                    + " FROM generate_series(1, 101) i");
            CommandRun run = dryRun(scene);
            assertThat(run.out().lines())
                    .hasSize(101)
                    .last()
                    .isEqualTo("100 messages of public.outbox; there may be more");
            assertThat(run.out()).doesNotContain("confidential", "e101");
            assertThat(dryRun(scene, "--limit", "0").status()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(dryRun(scene, "--limit", "1000001").err()).startsWith("--limit is 1 to 1000000");
        }
    }

    @Test
    void a_heap_of_128_MiB_is_enough_for_300_MB_of_rows() throws Exception {
        try (Scene scene = outbox("sequence", "delete")) {
            scene.execute("INSERT INTO outbox (id, aggregatetype, payload) SELECT 'e' || i, 'order', repeat('x', 10000)"
                    + " FROM generate_series(1, 30000) i");
            Path said = directory.resolve("said");
            ProcessBuilder command = new ProcessBuilder(
                            System.getProperty("outboxrelay.distribution") + "/bin/outbox-relay",
                            "dry-run",
                            "--config",
                            scene.settingsFile(directory).toString(),
                            "--limit",
                            "1000000")
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile());
            command.environment().put("JAVA_HOME", System.getProperty("java.home"));
            Process process = command.start();
            assertThat(process.waitFor(Scene.BOUND.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            assertThat(process.exitValue()).as("exit status").isZero();
            try (Stream<String> lines = Files.lines(said)) {
                assertThat(lines.skip(30_000))
                        .containsExactly("30000 messages of public.outbox; that is all that stands now");
            }
        }
    }

    @Test
    void runs_beside_a_relay_that_cannot_publish_and_leaves_it_alone() throws Exception {
        try (Scene scene = outbox("sequence", "delete")) {
            scene.set("kafka.bootstrap.servers", "127.0.0.1:1");
            scene.execute(insert("e", "'k'", "'{}'"));
            RelayProcess relay = scene.startRelay();
            relay.awaitLine("waiting for Kafka", Scene.BOUND);
            assertThat(ids(dryRun(scene, "--json"))).containsExactly("e");
            assertThat(relay.isAlive()).isTrue();
            assertThat(scene.count("outbox")).isEqualTo(1);
        }
    }

    @Test
    void what_is_wrong_with_the_table_is_said_as_at_a_start() throws Exception {
        try (Scene scene = outbox("sequence", "delete")) {
            scene.execute("REVOKE DELETE ON outbox FROM " + SharedServers.ROLE);
            CommandRun run = dryRun(scene);
            assertThat(run.status()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(run.err()).contains("may not delete from public.outbox", "-> GRANT DELETE");
        }
    }

    private Scene outbox(String order, String retention) throws SQLException {
        Scene scene = new Scene();
        scene.execute(
                "CREATE TABLE outbox (id text NOT NULL UNIQUE, seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
                        + " aggregatetype text, aggregateid text, type text, payload text)");
        scene.grant("outbox");
        scene.set("outbox.order", order).set("route.headers.kind", "type").retaining(retention);
        return scene;
    }

    private static String normalised(CommandRun run, Scene scene) {
        return run.shown().replace(scene.name(), "SCENE").replaceAll("at place \\d+", "at place N");
    }

    private static String insert(String id, String key, String payload) {
        return "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES ('" + id + "', 'order', "
                + key + ", 'placed', " + payload + ")";
    }

    private CommandRun dryRun(Scene scene, String... arguments) throws Exception {
        Path mine = Files.createDirectory(directory.resolve("run" + files++));
        List<String> all = new ArrayList<>(
                List.of("dry-run", "--config", scene.settingsFile(mine).toString()));
        all.addAll(List.of(arguments));
        return CommandRun.of(all.toArray(String[]::new));
    }

    private static List<String> ids(CommandRun run) {
        assertThat(run.status()).as(run.err()).isZero();
        return run.out()
                .lines()
                .map(line -> line.replaceAll("^.*?\"id\":\"(.*?)\".*", "$1"))
                .toList();
    }
}
