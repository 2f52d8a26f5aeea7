package io.outboxrelay.jdbc.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.Check.Verdict;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.NewOutboxScript.Roles;
import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the script makes is what a relay finds sound, and the relay's role may look at nothing. */
class StreamedOutboxScriptIT {

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        server = StreamedDatabase.server();
        server.execute("CREATE ROLE owner LOGIN CREATEROLE REPLICATION; CREATE ROLE \"the shop\" LOGIN");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void makes_a_sound_outbox_and_leaves_it_as_it_is_when_run_again() throws SQLException {
        StreamedOutboxScript script = script("plain", TableName.parse("\"My $init$ 'Shop'\".\"table\""));
        run("plain", script);
        assertThat(inspection("plain", script).examine().findings()).isEmpty();
        StreamPosition begun = begin("plain", script, null);

        run("plain", script);

        assertThat(begin("plain", script, begun)).isEqualTo(begun);
        try (Connection writer = DriverManager.getConnection(server.jdbcUrl("the shop", "plain"));
                Statement statement = writer.createStatement()) {
            statement.execute("INSERT INTO \"My $init$ 'Shop'\".\"table\" (id, aggregatetype, aggregateid)"
                    + " VALUES (gen_random_uuid(), 'order', '1')");
            statement.execute("DELETE FROM \"My $init$ 'Shop'\".\"table\" WHERE aggregateid = '1'");
        }
        try (Connection relay = DriverManager.getConnection(server.jdbcUrl("script relay", "plain"));
                Statement statement = relay.createStatement()) {
            assertThatThrownBy(() -> statement.execute("SELECT FROM \"My $init$ 'Shop'\".\"table\""))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void makes_an_outbox_without_a_table() throws SQLException {
        StreamedOutboxScript script = script("tableless", null);

        run("tableless", script);

        StreamInspection.Outcome outcome = inspection("tableless", script).examine();
        assertThat(outcome.failure()).isNull();
        assertThat(outcome.checks()).extracting(check -> check.verdict()).containsOnly(Verdict.OK);
        begin("tableless", script, null);
    }

    @Test
    void the_inspection_says_everything_at_once_and_nothing_of_a_relay_at_work() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server, StreamedDatabase.OUTBOX);
        StreamInspection inspection = new StreamInspection(database.settings(), database.request(), name -> null);
        assertThat(inspection.examine().checks())
                .filteredOn(check -> check.verdict() == Verdict.FAIL)
                .extracting(check -> check.subject())
                .containsExactly("publication", "slot");
        for (Finding finding : inspection.examine().findings()) {
            database.each(finding.statements());
        }
        try (StreamedDatabase.Streaming relay = database.stream()) {
            assertThat(relay.stream().isClosed()).isFalse();
            StreamInspection beside = new StreamInspection(database.settings(), database.request(), name -> {
                throw new AssertionError("what is stored is the relay's");
            });
            assertThat(beside.examine().failure()).isNull();
            assertThat(beside.examine().checks().toString()).contains("streams from it");
        }
    }

    private static StreamedOutboxScript script(String database, @Nullable TableName table) throws SQLException {
        server.createDatabase(database);
        server.execute("GRANT CREATE ON DATABASE " + database + " TO owner");
        return new StreamedOutboxScript(
                new SlotRequest(database, "Out of " + database, table, List.of("id", "aggregatetype"), false),
                new StreamedOutboxScript.Columns(
                        "id", "aggregateid", "payload", "jsonb", Map.of("aggregatetype", true, "select", false)),
                new Roles("script relay", "the shop"));
    }

    private static StreamInspection inspection(String database, StreamedOutboxScript script) {
        return new StreamInspection(settings(database), script.request(), name -> null);
    }

    private static StreamPosition begin(String database, StreamedOutboxScript script, @Nullable StreamPosition stored)
            throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl("script relay", database))) {
            return new StreamGuard(connection, settings(database), script.request()).beforeStart(stored);
        }
    }

    private static ConnectionSettings settings(String database) {
        return ConnectionSettings.of(server.url(database), "script relay", null);
    }

    /** As psql does: each statement of its own. */
    private static void run(String database, StreamedOutboxScript script) throws SQLException {
        String text = script.text();
        int commit = text.indexOf("COMMIT;") + 7;
        int slot = text.indexOf("DO $", text.indexOf("$stamp$;", commit));
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl("owner", database));
                Statement statement = connection.createStatement()) {
            statement.execute(text.substring(0, commit));
            statement.execute(text.substring(commit, slot));
            statement.execute(text.substring(slot));
        }
    }
}
