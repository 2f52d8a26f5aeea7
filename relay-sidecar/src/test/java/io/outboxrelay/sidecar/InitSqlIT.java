package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.RelayProcess;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A relay and a writer with the roles that {@code init-sql} makes, and nothing more. */
class InitSqlIT {
    private static final int EVENTS = 100;

    @TempDir
    Path directory;

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
    void what_it_makes_is_all_that_a_relay_and_its_writer_need(String order, String retention) throws Exception {
        try (Scene scene = new Scene()) {
            String owner = scene.name() + "_owner";
            String writer = scene.name() + "_writer";
            String relay = scene.name() + " relay";
            scene.execute("CREATE ROLE " + owner + " LOGIN CREATEROLE PASSWORD 'own'; CREATE ROLE " + writer
                    + " LOGIN PASSWORD 'write'; ALTER DATABASE " + scene.name() + " OWNER TO " + owner);
            scene.set("source.username", relay)
                    .set("source.password", "publish")
                    .set("outbox.order", order)
                    .set("outbox.retention", retention);

            CommandRun script = CommandRun.of(
                    "init-sql", "--config", scene.settingsFile(directory).toString(), "--writer", writer);
            assertThat(script.status()).as(script.err()).isZero();
            as(owner, "own", scene, script.out());
            as(owner, "own", scene, "ALTER ROLE \"" + relay + "\" PASSWORD 'publish'");

            RelayProcess process = scene.startRunningRelay();
            as(
                    writer,
                    "write",
                    scene,
                    "INSERT INTO outbox (id, aggregatetype, aggregateid, payload) SELECT gen_random_uuid(),"
                            + " 'order', 'key', to_jsonb(i) FROM generate_series(1, " + EVENTS + ") i");
            await().atMost(Scene.BOUND).until(() -> scene.published().size() == EVENTS);
            process.terminate();
            assertThat(process.awaitExit(Scene.BOUND)).as("%s", process.lines()).isZero();
            assertThat(scene.count("outbox")).isEqualTo(retention.equals("keep") ? EVENTS : 0);
            if (retention.equals("archive")) {
                assertThat(scene.count("outbox_archive")).isEqualTo(EVENTS);
            }
        }
    }

    private static void as(String role, String password, Scene scene, String sql) throws SQLException {
        EmbeddedDatabase server = SharedServers.database();
        try (Connection connection = DriverManager.getConnection(server.url(scene.name()), role, password);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
