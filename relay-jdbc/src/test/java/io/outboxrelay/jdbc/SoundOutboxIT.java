package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SoundOutboxIT {
    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        server = InspectedDatabase.server();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void describes_an_ordinary_table() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.sound()
                        + "INSERT INTO outbox(id, aggregateid) SELECT gen_random_uuid(), 'a' FROM generate_series(1, 7);"
                        + InspectedDatabase.GRANTS);

        OutboxTable table = database.inspect(InspectedDatabase.request()).orThrow();

        assertThat(table.identity().quotedName()).isEqualTo("public.outbox");
        assertThat(table.identity().relkind()).isEqualTo('r');
        assertThat(table.identity().treeOids()).containsExactly(table.identity().oid());
        assertThat(table.columns().id()).isEqualTo(new OutboxTable.Column("id", "id", "uuid", true));
        assertThat(table.columns().sequence()).isEqualTo(new OutboxTable.Column("seq", "seq", "int8", true));
        assertThat(table.columns().payload()).isEqualTo(new OutboxTable.Column("payload", "payload", "jsonb", false));
        assertThat(table.columns().routed())
                .extracting(OutboxTable.Column::name)
                .containsExactly("aggregatetype", "type");
        assertThat(table.sequence()).isNotNull();
        assertThat(table.sequence().quotedName()).isEqualTo("public.outbox_seq_seq");
        assertThat(table.sequence().lastDrawn()).isEqualTo(7);
        assertThat(table.index()).isEqualTo("public.outbox_seq_idx");
    }

    @Test
    void describes_a_partitioned_table_that_a_trigger_numbers() throws SQLException {
        InspectedDatabase database =
                new InspectedDatabase(server, UnsoundOutbox.partitioned("ENABLE ALWAYS") + InspectedDatabase.GRANTS);

        OutboxTable table = database.inspect(InspectedDatabase.request()).orThrow();

        assertThat(table.identity().relkind()).isEqualTo('p');
        assertThat(table.identity().treeOids())
                .hasSize(3)
                .startsWith(table.identity().oid());
        assertThat(table.sequence()).isNotNull();
        assertThat(table.sequence().quotedName()).isEqualTo("public.drawn");
        assertThat(table.sequence().lastDrawn()).isZero();
    }

    @Test
    void accepts_a_partitioned_table_that_shares_an_identity_and_has_columns_in_another_order() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.table("bigint GENERATED ALWAYS AS IDENTITY", "jsonb", " PARTITION BY LIST (aggregateid)")
                                .replace("uuid PRIMARY KEY", "uuid NOT NULL")
                        + "CREATE UNIQUE INDEX ON outbox (seq, aggregateid); CREATE TABLE part (payload jsonb, type text,"
                        + " aggregateid text NOT NULL, seq bigint NOT NULL, aggregatetype text, id uuid NOT NULL);"
                        + "ALTER TABLE outbox ATTACH PARTITION part DEFAULT;" + InspectedDatabase.GRANTS);

        try (Connection connection = database.connect()) {
            // Before 17 a partition does not share the identity: rows written straight into it could bring any number.
            boolean shared = connection.getMetaData().getDatabaseMajorVersion() >= 17;
            assertThat(database.problems(InspectedDatabase.request())).hasSize(shared ? 0 : 1);
        }
        database.remedy(database.problems(InspectedDatabase.request()));
        assertThat(database.inspect(InspectedDatabase.request())).isInstanceOf(Inspection.Sound.class);
    }

    @Test
    void quotes_every_name_and_looks_through_domains() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                "CREATE SCHEMA \"My \"\"Shop\"; CREATE DOMAIN doc AS jsonb; CREATE DOMAIN doc2 AS doc;"
                        + "CREATE TABLE \"My \"\"Shop\".\"Out'box\" (\"Id\" varchar(36), \"order\" bigint GENERATED ALWAYS AS IDENTITY UNIQUE,"
                        + " \"Key 1\" bytea, \"pay\"\"load\" doc2, \"Ünï\" timestamptz); GRANT USAGE ON SCHEMA \"My \"\"Shop\" TO \"Relay-1\";"
                        + "GRANT SELECT (\"Id\", \"order\", \"Key 1\", \"pay\"\"load\", \"Ünï\"), DELETE ON \"My \"\"Shop\".\"Out'box\" TO \"Relay-1\";"
                        + "GRANT SELECT ON SEQUENCE \"My \"\"Shop\".\"Out'box_order_seq\" TO \"Relay-1\"");
        InspectionRequest request = new InspectionRequest(
                "\"My \"\"Shop\".\"Out'box\"",
                new InspectionRequest.Columns("Id", "order", "Key 1", "pay\"load", List.of("Ünï")),
                OutboxOrder.SEQUENCE,
                new OutboxRetention.Delete());

        OutboxTable table = database.inspect(request).orThrow();

        assertThat(table.columns().payload().type()).isEqualTo("jsonb");
        String sql = "SELECT " + table.columns().id().quotedName()
                + table.columns().key().quotedName().replaceAll("^", ", ") + ", "
                + table.columns().payload().quotedName() + ", "
                + table.columns().routed().get(0).quotedName() + " FROM "
                + table.identity().quotedName();
        try (Connection connection = database.relay().open();
                ResultSet rows = connection.createStatement().executeQuery(sql)) {
            assertThat(rows.next()).isFalse();
        }
    }

    @Test
    void leaves_the_session_as_it_was() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(server, UnsoundOutbox.sound() + InspectedDatabase.GRANTS);
        try (Connection connection = database.relay().open()) {
            String before = settings(connection);
            new PostgresInspection(database.relay()).inspect(connection, InspectedDatabase.request());
            assertThat(settings(connection)).isEqualTo(before);
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void a_standby_and_a_read_only_server_are_waited_for() throws SQLException, IOException {
        try (EmbeddedDatabase primary = InspectedDatabase.server()) {
            primary.execute(UnsoundOutbox.sound() + InspectedDatabase.GRANTS);
            PostgresConnections relay = new PostgresConnections(
                    ConnectionSettings.of(primary.url("postgres"), InspectedDatabase.ROLE, null));
            primary.execute("ALTER ROLE \"Relay-1\" SET default_transaction_read_only = on");
            expectWaiting(relay, "read-only", "ALTER ROLE \"Relay-1\" RESET default_transaction_read_only");
            primary.execute("ALTER ROLE \"Relay-1\" RESET default_transaction_read_only");
            try (Connection connection = relay.open()) {
                assertThat(new PostgresInspection(relay).inspect(connection, InspectedDatabase.request()))
                        .isInstanceOf(Inspection.Sound.class);
            }

            String directory = directory(primary);
            primary.stop();
            Path signal = Files.createFile(Path.of(directory, "standby.signal"));
            Files.setPosixFilePermissions(signal, PosixFilePermissions.fromString("rw-rw-rw-"));
            primary.start();

            expectWaiting(relay, "the server is a standby", "promotion");
        }
    }

    private static void expectWaiting(PostgresConnections relay, String what, String remedy) throws SQLException {
        try (Connection connection = relay.open()) {
            Inspection inspection = new PostgresInspection(relay).inspect(connection, InspectedDatabase.request());
            assertThat(inspection).isInstanceOfSatisfying(Inspection.Unsound.class, unsound -> {
                assertThat(unsound.failure().kind()).isEqualTo(FailureKind.TRANSIENT);
                assertThat(unsound.failure().problems()).hasSize(1);
                assertThat(unsound.failure().summary()).contains(what).contains(remedy);
            });
        }
    }

    private static String directory(EmbeddedDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                ResultSet rows = connection.createStatement().executeQuery("SHOW data_directory")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static String settings(Connection connection) throws SQLException {
        try (ResultSet rows = connection
                .createStatement()
                .executeQuery("SELECT string_agg(name || '=' || setting, ',' ORDER BY name) FROM pg_settings")) {
            rows.next();
            return rows.getString(1);
        }
    }
}
