package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PostgresInspectionIT {
    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        server = InspectedDatabase.server();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<UnsoundOutbox> curable() {
        return UnsoundOutbox.curable();
    }

    @ParameterizedTest
    @MethodSource("curable")
    void says_what_is_wrong_and_its_remedies_run_as_they_stand_make_the_outbox_sound(UnsoundOutbox outbox)
            throws SQLException {
        InspectedDatabase database = new InspectedDatabase(server, outbox.setup());

        List<Problem> problems = database.problems(outbox.request());

        assertThat(problems).as("%s", problems).hasSameSizeAs(outbox.expected());
        for (int i = 0; i < problems.size(); i++) {
            assertThat(problems.get(i).what()).contains(outbox.expected().get(i));
        }
        database.remedy(problems);
        assertThat(database.inspect(outbox.request())).isInstanceOf(Inspection.Sound.class);
    }

    @Test
    void suggests_the_nearest_table_and_columns() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                "CREATE SCHEMA \"Shop\"; CREATE TABLE \"Shop\".\"Outbox\" (id uuid, seq bigint, aggregate_id text, payload json)");

        assertThat(database.problems(InspectedDatabase.request("public.outbox")))
                .containsExactly(new Problem(
                        "table public.outbox does not exist; is \"Shop\".\"Outbox\" meant?",
                        "set outbox.table=\"Shop\".\"Outbox\""));
        assertThat(database.problems(InspectedDatabase.request("\"Shop\".\"Outbox\"")))
                .contains(new Problem(
                        "table \"Shop\".\"Outbox\" has no column \"aggregateid\" (outbox.columns.key); is aggregate_id meant?",
                        "name aggregate_id under outbox.columns.key"));
    }

    @Test
    void names_the_table_behind_a_view() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.sound()
                        + "ALTER TABLE outbox RENAME TO events; CREATE VIEW outbox AS SELECT * FROM events");

        assertThat(database.problems(InspectedDatabase.request()))
                .containsExactly(new Problem(
                        "public.outbox is a view: the relay reads and deletes the rows of a table itself",
                        "set outbox.table=public.events"));
    }

    @Test
    void says_that_a_table_name_cannot_be_read() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(server, "SELECT 1");

        assertThat(database.problems(InspectedDatabase.request("a.b.c")))
                .singleElement()
                .asString()
                .contains("'a.b.c' is not a table name");
    }

    @Test
    void row_level_security_is_a_problem_until_the_role_bypasses_it() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.sound() + InspectedDatabase.GRANTS + "; ALTER TABLE outbox ENABLE ROW LEVEL SECURITY");
        List<Problem> problems = database.problems(InspectedDatabase.request());
        assertThat(problems)
                .singleElement()
                .asString()
                .contains("could hide rows")
                .contains("ALTER ROLE \"Relay-1\" BYPASSRLS");
        try {
            database.remedy(problems);
            assertThat(database.inspect(InspectedDatabase.request())).isInstanceOf(Inspection.Sound.class);
        } finally {
            database.execute("ALTER ROLE \"Relay-1\" NOBYPASSRLS");
        }
    }

    @Test
    void the_target_of_a_logical_subscription_is_refused() throws SQLException {
        InspectedDatabase publisher =
                new InspectedDatabase(server, UnsoundOutbox.sound() + "CREATE PUBLICATION p FOR TABLE outbox");
        InspectedDatabase database = new InspectedDatabase(server, UnsoundOutbox.sound() + InspectedDatabase.GRANTS);
        database.execute("CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=" + server.port()
                + " user=postgres dbname=" + publisher.name()
                + "' PUBLICATION p WITH (create_slot = false, enabled = false, slot_name = NONE)");
        try {
            assertThat(database.problems(InspectedDatabase.request()))
                    .singleElement()
                    .asString()
                    .contains("public.outbox is the target of a logical subscription")
                    .contains("outbox.order=none");
        } finally {
            database.execute("DROP SUBSCRIPTION s");
        }
    }

    @Test
    void every_message_about_the_sequence_names_the_way_out() throws SQLException {
        for (UnsoundOutbox outbox : UnsoundOutbox.aboutTheSequence()) {
            List<Problem> problems = new InspectedDatabase(server, outbox.setup()).problems(outbox.request());
            assertThat(problems).as(outbox.name()).isNotEmpty();
            assertThat(problems.stream().filter(problem -> !problem.what().startsWith("public.outbox is unlogged")))
                    .as(outbox.name())
                    .allSatisfy(problem -> assertThat(problem.remedy())
                            .contains("outbox.order=none")
                            .contains("gives up the order"));
        }
    }

    @Test
    void waits_when_the_second_connection_cannot_be_made() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(server, UnsoundOutbox.sound() + InspectedDatabase.GRANTS);
        database.execute("ALTER ROLE \"Relay-1\" CONNECTION LIMIT 1");
        try {
            Failure failure = failure(database.inspect(InspectedDatabase.request()));
            assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(failure.summary())
                    .contains("canary")
                    .contains("too many connections")
                    .contains("CONNECTION LIMIT");
        } finally {
            database.execute("ALTER ROLE \"Relay-1\" CONNECTION LIMIT -1");
        }
    }

    @Test
    void refuses_when_another_sessions_lock_is_not_seen() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(server, UnsoundOutbox.sound() + InspectedDatabase.GRANTS);
        InspectedDatabase elsewhere = new InspectedDatabase(server, UnsoundOutbox.sound() + InspectedDatabase.GRANTS);
        try (Connection connection = database.relay().open()) {
            Failure failure =
                    failure(new PostgresInspection(elsewhere.relay()).inspect(connection, InspectedDatabase.request()));
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary()).contains("is not seen in pg_locks").contains("outbox.order=none");
        }
    }

    @Test
    void a_table_that_is_locked_is_waited_for() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(server, UnsoundOutbox.sound() + InspectedDatabase.GRANTS);
        try (Connection migration = database.connect();
                Connection connection = database.relay().open()) {
            migration.setAutoCommit(false);
            migration.createStatement().execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE");
            PostgresInspection inspection = new PostgresInspection(database.relay());
            assertThatThrownBy(() -> inspection.inspect(connection, InspectedDatabase.request()))
                    .isInstanceOfSatisfying(
                            RelayException.class,
                            e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT));
            migration.rollback();
            assertThat(inspection.inspect(connection, InspectedDatabase.request()))
                    .isInstanceOf(Inspection.Sound.class);
        }
    }

    @Test
    void without_order_an_index_on_the_id_and_no_null_is_all_that_is_asked() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.table("integer", "jsonb", "").replace("uuid PRIMARY KEY", "uuid")
                        + InspectedDatabase.GRANTS);
        List<Problem> problems = database.problems(InspectedDatabase.requestNone());
        assertThat(problems).hasSize(2);
        assertThat(problems.get(0).what()).contains("public.outbox.id may be null");
        assertThat(problems.get(1).what()).contains("leads with id");
        database.remedy(problems);

        OutboxTable table = database.inspect(InspectedDatabase.requestNone()).orThrow();

        assertThat(table.sequence()).isNull();
        assertThat(table.columns().sequence()).isNull();
        assertThat(table.index()).isEqualTo("public.outbox_id_idx");
    }

    private static Failure failure(Inspection inspection) {
        assertThat(inspection).isInstanceOf(Inspection.Unsound.class);
        return ((Inspection.Unsound) inspection).failure();
    }
}
