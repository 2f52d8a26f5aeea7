package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Problem;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RetentionInspectionIT {
    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        server = InspectedDatabase.server();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static Stream<UnsoundOutbox> curable() {
        return Stream.concat(UnsoundRetention.archives().stream(), UnsoundRetention.states().stream());
    }

    @ParameterizedTest
    @MethodSource("curable")
    void says_what_is_wrong_and_its_remedies_run_as_they_stand_make_it_right(UnsoundOutbox outbox) throws SQLException {
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
    void an_archive_may_have_more_columns_wider_types_keys_of_the_outbox_and_partitions() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.sound() + InspectedDatabase.GRANTS
                        + "; CREATE SCHEMA old; GRANT USAGE ON SCHEMA old TO PUBLIC;"
                        + "CREATE TABLE old.events (shelf bigint GENERATED ALWAYS AS IDENTITY, at timestamptz NOT NULL DEFAULT now(),"
                        + " seq numeric, LIKE_id uuid, id uuid, type varchar, aggregatetype text, aggregateid text, payload jsonb,"
                        + " UNIQUE (id, at)) PARTITION BY RANGE (at);"
                        + "CREATE TABLE old.events_0 PARTITION OF old.events DEFAULT; GRANT INSERT ON old.events TO \"Relay-1\"");

        OutboxTable table =
                database.inspect(UnsoundRetention.archiving("old.Events")).orThrow();

        assertThat(table.retained())
                .isEqualTo(new OutboxTable.Archived(
                        "old.events", List.of("id", "seq", "aggregatetype", "aggregateid", "type", "payload")));
    }

    @Test
    void an_archive_that_shares_rows_with_the_outbox_is_refused() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.sound() + InspectedDatabase.GRANTS
                        + "; CREATE TABLE outbox_archive () INHERITS (outbox); GRANT INSERT ON outbox_archive TO \"Relay-1\"");

        for (String archive : List.of("outbox", "outbox_archive")) {
            assertThat(database.problems(UnsoundRetention.archiving(archive)))
                    .anySatisfy(problem -> assertThat(problem.what())
                            .contains("public." + archive + " shares rows with the outbox public.outbox"));
        }
    }

    @Test
    void an_archive_that_is_no_table_is_refused() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.sound() + InspectedDatabase.GRANTS
                        + "; CREATE VIEW outbox_archive AS SELECT * FROM outbox; CREATE SEQUENCE numbers");

        for (String archive : List.of("outbox_archive", "numbers")) {
            assertThat(database.problems(UnsoundRetention.archiving(archive)))
                    .singleElement()
                    .asString()
                    .contains("public." + archive + " (outbox.archiveTable) is not a table");
        }
    }

    @Test
    void a_table_that_serves_another_purpose_is_not_taken_for_states() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.sound() + InspectedDatabase.GRANTS
                        + "; CREATE TABLE outbox_relay_state (outbox text PRIMARY KEY, version text)");
        List<Problem> problems = database.problems(UnsoundRetention.keeping(null));

        assertThat(problems)
                .singleElement()
                .asString()
                .contains("public.outbox_relay_state (outbox.stateTable) is not a table of states");
        database.remedy(problems);
        String named = problems.get(0).remedy().replaceAll("(?s).*outbox\\.stateTable=", "");
        assertThat(database.inspect(UnsoundRetention.keeping(named)).orThrow().retained())
                .isInstanceOf(OutboxTable.Kept.class);
    }

    @Test
    void row_level_security_on_what_is_written_is_a_problem_until_the_role_bypasses_it() throws SQLException {
        InspectedDatabase database = new InspectedDatabase(
                server,
                UnsoundOutbox.sound() + InspectedDatabase.GRANTS + "; CREATE TABLE outbox_archive (LIKE outbox);"
                        + "GRANT INSERT ON outbox_archive TO \"Relay-1\";"
                        + StateTableCheck.creation("outbox_relay_state", "\"Relay-1\"")
                        + "; ALTER TABLE outbox_archive ENABLE ROW LEVEL SECURITY;"
                        + " ALTER TABLE outbox_relay_state ENABLE ROW LEVEL SECURITY");

        assertThat(database.problems(UnsoundRetention.archiving(null)))
                .singleElement()
                .asString()
                .contains("row-level security of the archive public.outbox_archive")
                .contains("ALTER ROLE \"Relay-1\" BYPASSRLS");
        assertThat(database.problems(UnsoundRetention.keeping(null)))
                .singleElement()
                .asString()
                .contains(
                        "row-level security of public.outbox_relay_state applies to \"Relay-1\" and could hide the state");
    }
}
