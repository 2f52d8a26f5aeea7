package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.debezium.store.StateFile;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code init-sql}, {@code validate} and {@code doctor} do for an outbox that is read from the log; the brokers are away. */
class LogCommandsIT {

    private static EmbeddedDatabase server;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() {
        server = EmbeddedDatabase.builder().config("wal_level", "logical").start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void what_init_sql_prints_is_what_validate_and_doctor_find_sound() throws Exception {
        String file = settings("made");
        CommandRun script = CommandRun.of("init-sql", "--config", file, "--writer", "postgres");
        assertThat(script.status()).as(script.err()).isZero();

        asPsql("made", script.out());

        CommandRun validate = CommandRun.of("validate", "--config", file);
        assertThat(validate.out())
                .contains("database  app.outbox at jdbc:postgresql://")
                .contains("is sound");
        assertThat(validate.err()).contains("127.0.0.1:1");
        assertThat(validate.status()).isEqualTo(ExitCodes.FAILED);
        assertThat(CommandRun.of("doctor", "--config", file).out())
                .contains("ok      publication: made publishes every insert")
                .contains("ok      slot: made retains ")
                .contains("skipped waiting rows: they stand in the log");
        assertThat(publication("made")).containsPattern(" for slot made from [0-9A-F]+/[0-9A-F]+ before \\d+");
        String before = publication("made");
        asPsql("made", script.out());
        assertThat(publication("made")).isEqualTo(before);
    }

    @Test
    void doctor_says_what_is_missing_and_makes_it_when_it_is_told_to() throws Exception {
        String file = settings("fixed");
        server.execute(
                "fixed",
                "CREATE SCHEMA app; CREATE TABLE app.outbox (id uuid, aggregatetype text, aggregateid text, payload text);"
                        + " CREATE ROLE fixed LOGIN");
        CommandRun refused = CommandRun.of("doctor", "--config", file);
        assertThat(refused.status()).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(refused.out()).contains("FAIL    connection").contains("ALTER ROLE \"fixed\" REPLICATION");
        server.execute("ALTER ROLE fixed REPLICATION");
        assertThat(CommandRun.of("validate", "--config", file).err())
                .contains("there is no publication fixed")
                .contains("there is no replication slot fixed");
        assertThat(CommandRun.of("doctor", "--config", file, "--fix").status()).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(slots("fixed")).isZero();

        CommandRun fixed = CommandRun.of("doctor", "--config", file, "--fix", "--admin", "postgres");

        assertThat(fixed.out())
                .contains("run     CREATE PUBLICATION fixed FOR TABLE app.outbox")
                .contains("run     SELECT pg_create_logical_replication_slot('fixed', 'pgoutput')")
                .contains("looking again")
                .contains("ok      slot: fixed retains ");
        assertThat(publication("fixed")).containsPattern(" for slot fixed from [0-9A-F]+/[0-9A-F]+ before \\d+");
        assertThat(CommandRun.of("doctor", "--config", file, "--fix", "--admin", "postgres")
                        .out())
                .doesNotContain("run     ");
    }

    @Test
    void doctor_gives_up_no_slot() throws Exception {
        String file = settings("held");
        server.execute(
                "held",
                "CREATE SCHEMA app; CREATE TABLE app.outbox (id uuid, aggregatetype text, aggregateid text, payload text);"
                        + " CREATE ROLE held LOGIN REPLICATION");
        server.execute("held", "SELECT pg_create_logical_replication_slot('held', 'pgoutput')");
        server.execute(
                "held",
                "INSERT INTO app.outbox VALUES (gen_random_uuid()); CREATE PUBLICATION held FOR TABLE app.outbox");

        CommandRun left = CommandRun.of("doctor", "--config", file, "--fix", "--admin", "postgres");

        assertThat(left.out())
                .contains("left    slot: publication held may be younger than slot held")
                .doesNotContain("run     ");
        assertThat(slots("held")).isOne();
    }

    @Test
    void a_slot_that_is_gone_while_a_position_is_stored_is_a_loss_and_none_is_made() throws Exception {
        String file = settings("lost");
        server.execute(
                "lost",
                "CREATE SCHEMA app; CREATE TABLE app.outbox (id uuid, aggregatetype text, aggregateid text, payload text);"
                        + " CREATE ROLE lost LOGIN REPLICATION; CREATE PUBLICATION lost FOR TABLE app.outbox");
        try (StateStore store = StateFile.open(directory.resolve("lost.state"))) {
            store.put("postgresql.lost.lost", new StreamPosition(1, 1, 1, "1.1").text());

            // Beside a relay, which has the store open.
            assertThat(CommandRun.of("validate", "--config", file).err())
                    .contains("there is no replication slot lost")
                    .contains("what was committed before is not read through the new slot");
            CommandRun left = CommandRun.of("doctor", "--config", file, "--fix", "--admin", "postgres");

            assertThat(left.out())
                    .contains("ok      stored position: published up to 0/1")
                    .contains("left    slot: there is no replication slot lost")
                    .doesNotContain("run     ");
        }
        assertThat(slots("lost")).isZero();
    }

    @Test
    void while_it_cannot_be_known_whether_a_position_is_stored_no_slot_is_made() throws Exception {
        String file = settings("unread", "{store: topic}");
        server.execute(
                "unread",
                "CREATE SCHEMA app; CREATE TABLE app.outbox (id uuid, aggregatetype text, aggregateid text, payload text);"
                        + " CREATE ROLE unread LOGIN REPLICATION");

        CommandRun left = CommandRun.of("doctor", "--config", file, "--fix", "--admin", "postgres");

        assertThat(left.out())
                .contains("stored position")
                .contains("127.0.0.1:1")
                .contains("left    stored position: ")
                .doesNotContain("run     ");
        assertThat(slots("unread")).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            everything | FOR ALL TABLES
            several    | FOR TABLE app.outbox, app.other
            updates    | FOR TABLE app.outbox WITH (publish = 'update')
            another    | FOR TABLE app.other
            """)
    void doctor_changes_no_publication_that_is_there(String name, String publishing) throws Exception {
        String file = settings(name);
        server.execute(
                name,
                "CREATE SCHEMA app; CREATE TABLE app.outbox (id uuid, aggregatetype text, aggregateid text, payload text);"
                        + " CREATE TABLE app.other (id int); CREATE ROLE " + name + " LOGIN REPLICATION");
        server.execute(name, "CREATE PUBLICATION " + name + " " + publishing);
        String before = publication(name);

        CommandRun left = CommandRun.of("doctor", "--config", file, "--fix", "--admin", "postgres");

        assertThat(left.out())
                .contains("left    publication: publication " + name + " ")
                .contains("name another one in source.publication")
                .doesNotContain("run     ");
        assertThat(publication(name)).isEqualTo(before);
        assertThat(slots(name)).isZero();
    }

    private String settings(String name) throws SQLException, IOException {
        return settings(name, "{store: file, file: '" + directory.resolve(name + ".state") + "'}");
    }

    private String settings(String name, String position) throws SQLException, IOException {
        server.createDatabase(name);
        Path file = directory.resolve(name + ".yaml");
        Files.writeString(file, """
                source: {type: debezium, url: '%s', username: %s, slot: %s, publication: %s, position: %s}
                outbox: {table: app.outbox}
                kafka: {bootstrap.servers: 127.0.0.1:1}
                """.formatted(server.url(name), name, name, name, position));
        return file.toString();
    }

    private static int slots(String name) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + name + "'")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Everything about it, which transactions wrote it, and the note on it. */
    private static String publication(String name) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(EmbeddedDatabase.SUPERUSER, name));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT string_agg(concat_ws(' ', p.xmin, p, r.xmin, r, obj_description(p.oid, 'pg_publication')), ';')"
                                + " FROM pg_publication p LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid")) {
            row.next();
            return row.getString(1);
        }
    }

    /** Each statement of its own, as psql sends them; what stands between dollar quotes is one. */
    private static void asPsql(String database, String script) throws SQLException {
        try (Connection connection = DriverManager.getConnection(server.jdbcUrl(EmbeddedDatabase.SUPERUSER, database));
                Statement statement = connection.createStatement()) {
            for (String sql : script.split("(?<=;)\n(?=\n|CREATE|DO|COMMIT|GRANT|--)", -1)) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
        }
    }
}
