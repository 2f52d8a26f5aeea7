package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the script makes is sound, run by an owner who is no superuser, and gives each role what it needs and no more. */
class NewOutboxScriptIT {
    private static final String OWNER = "The owner";
    private static final String WRITER = "shop \"writer\"";

    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        server = InspectedDatabase.withRole(EmbeddedDatabase.builder()
                .config("track_commit_timestamp", "on")
                .start());
        server.execute("CREATE ROLE \"The owner\" LOGIN; CREATE ROLE \"shop \"\"writer\"\"\" LOGIN");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<Arguments> outboxes() {
        InspectionRequest.Columns usual = InspectedDatabase.columns("payload");
        InspectionRequest.Columns odd = new InspectionRequest.Columns(
                "Id", "order", "group", "pay\"load; --", List.of("type", "select", "Ünï"));
        List<OutboxRetention> removing = List.of(new OutboxRetention.Delete(), new OutboxRetention.Archive(null));
        List<InspectionRequest> requests = new ArrayList<>();
        for (OutboxOrder order : OutboxOrder.values()) {
            removing.forEach(
                    retention -> requests.add(new InspectionRequest("public.outbox", usual, order, retention)));
            requests.add(new InspectionRequest(
                    "\"My $init$ 'Shop'\".\"table\"", odd, order, new OutboxRetention.Archive("old.\"Archive 1\"")));
        }
        requests.add(new InspectionRequest("outbox", usual, OutboxOrder.SEQUENCE, new OutboxRetention.Keep(null)));
        requests.add(InspectedDatabase.requestTimed());
        requests.add(new InspectionRequest(
                "events.user", odd, OutboxOrder.SEQUENCE, new OutboxRetention.Keep("\"States\".user")));
        return requests.stream().map(Arguments::of);
    }

    @ParameterizedTest
    @MethodSource("outboxes")
    void makes_a_sound_outbox_and_leaves_it_as_it_is_when_run_again(InspectionRequest request) throws SQLException {
        InspectedDatabase database = database();
        String script = script(request);
        runAsOwner(database, script);
        assertThat(database.problems(request)).as(script).isEmpty();
        String made = everything(database);
        runAsOwner(database, script);
        assertThat(everything(database)).isEqualTo(made);
        assertThat(database.problems(request)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("outboxes")
    void each_role_may_do_what_it_has_to_and_nothing_else(InspectionRequest request) throws SQLException {
        InspectedDatabase database = database();
        runAsOwner(database, script(request));
        TableName name = TableName.parse(request.table());
        String table = (name.schema() == null ? new TableName("public", name.table()) : name).quoted();
        InspectionRequest.Columns columns = request.columns();
        String insert = "INSERT INTO " + table + " (" + Identifiers.quote(columns.id()) + ", "
                + Identifiers.quote(columns.routed().get(0)) + ", " + Identifiers.quote(columns.key())
                + ") VALUES (gen_random_uuid(), 'order', 'a')";

        as(WRITER, database, insert);
        refused(() -> as(WRITER, database, "SELECT FROM " + table));
        refused(() -> as(WRITER, database, "DELETE FROM " + table));
        refused(() -> as(WRITER, database, "TRUNCATE " + table));

        String key = Identifiers.quote(columns.key());
        as(InspectedDatabase.ROLE, database, "SELECT * FROM " + table);
        refused(() -> as(InspectedDatabase.ROLE, database, insert));
        refused(() -> as(InspectedDatabase.ROLE, database, "UPDATE " + table + " SET " + key + " = 'b'"));
        refused(() -> as(InspectedDatabase.ROLE, database, "TRUNCATE " + table));
        refused(() -> as(InspectedDatabase.ROLE, database, "CREATE TABLE public.mine (a int)"));
        refused(() -> as(InspectedDatabase.ROLE, database, "CREATE SCHEMA mine"));
        if (request.retention().removesRows()) {
            as(InspectedDatabase.ROLE, database, "DELETE FROM " + table);
        } else {
            refused(() -> as(InspectedDatabase.ROLE, database, "DELETE FROM " + table));
        }
    }

    @Test
    void an_owner_who_may_not_create_roles_is_told_so_and_nothing_is_half_made() throws SQLException {
        InspectedDatabase database = database();
        NewOutboxScript script = new NewOutboxScript(
                InspectedDatabase.request(), Set.of(), "jsonb", new NewOutboxScript.Roles("nobody yet", null));
        assertThatThrownBy(() -> runAsOwner(database, script.text())).hasMessageContaining("permission denied");
        assertThat(everything(database)).isEmpty();

        server.execute("ALTER ROLE \"The owner\" CREATEROLE");
        try {
            runAsOwner(database, script.text());
            as("nobody yet", database, "SELECT FROM outbox");
        } finally {
            server.execute("ALTER ROLE \"The owner\" NOCREATEROLE");
        }
    }

    @Test
    void names_are_left_without_quotes_only_where_they_mean_the_same() throws SQLException {
        InspectedDatabase database = database();
        try (Connection connection = database.connect();
                ResultSet words = connection
                        .createStatement()
                        .executeQuery("SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')")) {
            int keywords = 0;
            while (words.next()) {
                keywords++;
                assertThat(Identifiers.readable(words.getString(1))).isEqualTo('"' + words.getString(1) + '"');
            }
            assertThat(keywords).isGreaterThan(90);
        }
        assertThat(Identifiers.readable("outbox_2")).isEqualTo("outbox_2");
        assertThat(Identifiers.readable("Outbox")).isEqualTo("\"Outbox\"");
        assertThat(Identifiers.readable("2nd")).isEqualTo("\"2nd\"");
    }

    @Test
    void names_that_cannot_be_or_would_leave_their_comment_are_refused() {
        for (String role : List.of("a\nb", "", "é".repeat(32))) {
            NewOutboxScript script = new NewOutboxScript(
                    InspectedDatabase.request(), Set.of(), "jsonb", new NewOutboxScript.Roles(role, null));
            assertThatThrownBy(script::text).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static String script(InspectionRequest request) {
        return new NewOutboxScript(
                        request,
                        Set.of(request.columns().routed().get(0)),
                        "jsonb",
                        new NewOutboxScript.Roles(InspectedDatabase.ROLE, WRITER))
                .text();
    }

    private static InspectedDatabase database() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(server, "SELECT 1");
        database.execute("ALTER DATABASE " + database.name() + " OWNER TO \"The owner\"");
        return database;
    }

    private static void runAsOwner(InspectedDatabase database, String sql) throws SQLException {
        as(OWNER, database, sql);
    }

    private static void as(String role, InspectedDatabase database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://localhost:" + server.port() + "/" + database.name(), role, "");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void refused(ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refusal -> assertThat(refusal.getSQLState()).isEqualTo("42501"));
    }

    /** All relations that are not the system's, with their privileges. */
    private static String everything(InspectedDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                ResultSet row = connection
                        .createStatement()
                        .executeQuery(
                                "SELECT coalesce(string_agg(c.oid || ' ' || c.relname || ' ' || coalesce(c.relacl::text, ''), '; ' ORDER BY c.oid), '')"
                                        + " FROM pg_class c WHERE c.oid >= 16384 AND c.relnamespace <> 'pg_toast'::regnamespace")) {
            row.next();
            return row.getString(1);
        }
    }
}
