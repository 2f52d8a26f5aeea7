package io.outboxrelay.jdbc.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StreamGuardIT {
    private static EmbeddedDatabase server;

    @BeforeAll
    static void start() throws SQLException {
        server = StreamedDatabase.server();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<BrokenStream> cases() {
        return BrokenStream.cases();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void what_breaks_a_stream_is_said_at_the_next_start_and_the_statements_that_are_printed_mend_it(BrokenStream broken)
            throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server);
        StreamPosition stored = database.begin(null);
        assertThat(database.begin(stored)).isEqualTo(stored);

        database.each(broken.breaking().apply(database));

        Failure failure = database.refusal(stored);
        assertThat(failure.kind()).as("%s", failure).isEqualTo(broken.kind());
        assertThat(failure.problems()).as("%s", failure).hasSameSizeAs(broken.expected());
        for (int i = 0; i < broken.expected().size(); i++) {
            assertThat(failure.problems().get(i).what())
                    .contains(broken.expected().get(i));
        }
        for (Finding finding : database.findings(stored)) {
            database.each(finding.statements());
        }
        StreamPosition anew = database.begin(stored);
        assertThat(anew.lsn()).isGreaterThan(stored.lsn());
        assertThat(database.begin(anew)).isEqualTo(anew);
    }

    @Test
    void without_anything_stored_what_is_missing_is_a_mistake_of_the_set_up_and_mended_alike() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server, StreamedDatabase.OUTBOX);

        Failure failure = database.refusal(null);

        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.problems())
                .extracting(problem -> problem.what())
                .satisfiesExactly(
                        publication -> assertThat(publication).contains("there is no publication"),
                        slot -> assertThat(slot).contains("there is no replication slot"));
        for (Finding finding : database.findings(null)) {
            database.each(finding.statements());
        }
        database.begin(null);
    }

    @Test
    void a_slot_older_than_its_publication_is_refused_from_the_first_start_on() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server, StreamedDatabase.OUTBOX);
        database.execute(
                database.statements().createSlot(180_000),
                "INSERT INTO app.outbox VALUES (gen_random_uuid())",
                database.statements().createPublication());

        Failure failure = database.refusal(null);
        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary()).contains("may be younger than slot");
        // A stamp says since when the publication stands, which the slot's age contradicts.
        database.execute(database.statements().stamp(null));
        assertThat(database.refusal(null).summary()).contains("may be younger than slot");

        for (Finding finding : database.findings(null)) {
            database.each(finding.statements());
        }
        database.begin(null);
    }

    @Test
    void a_publication_that_a_long_transaction_makes_look_young_is_proved_old_by_its_stamp() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server, StreamedDatabase.OUTBOX);
        // The other slot holds the horizon of every later one back, as a lagging neighbour does.
        database.execute("SELECT pg_create_logical_replication_slot('neighbour', 'pgoutput')");
        try {
            database.execute(
                    database.statements().createPublication(),
                    database.statements().createSlot(180_000));
            assertThat(database.refusal(null).summary()).contains("may be younger than slot");

            for (Finding finding : database.findings(null)) {
                database.each(finding.statements());
            }
            StreamPosition stored = database.begin(null);
            assertThat(database.begin(stored)).isEqualTo(stored);
        } finally {
            database.execute("SELECT pg_drop_replication_slot('neighbour')");
        }
    }

    @Test
    void a_stamp_in_the_transaction_that_makes_the_publication_proves_nothing() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server, StreamedDatabase.OUTBOX);

        database.execute("BEGIN;" + database.statements().createPublication() + ";"
                + database.statements().stamp(null) + ";COMMIT");

        assertThat(database.value("SELECT obj_description(oid, 'pg_publication') FROM pg_publication WHERE pubname = '"
                        + database.request().publication() + "'"))
                .isNull();
    }

    @Test
    void a_slot_that_hands_on_what_is_only_prepared_is_refused_and_the_remedy_makes_it_one_that_does_not()
            throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server);
        StreamPosition begun = database.begin(null);
        String slot = database.request().slot();
        database.execute(
                database.statements().dropSlot(),
                "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput', false, true)");
        StreamPosition stored = begun.at(database.confirmedLsn());
        database.insert();
        Failure failure = database.refusal(stored);
        assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
        assertThat(failure.summary()).contains("only prepared (two_phase)");
        List<String> statements = database.findings(stored).get(0).statements();
        assertThat(failure.problems().get(0).remedy()).startsWith(String.join("; ", statements));
        assertThat(database.findings(null).get(0).statements()).isEqualTo(statements);

        // As psql goes on behind a statement that fails: without the copy nothing is dropped.
        database.execute(statements.get(1));
        assertThat(database.confirmedLsn()).isEqualTo(stored.lsn());

        database.each(statements);

        assertThat(database.findings(stored)).isEmpty();
        assertThat(database.begin(stored)).isEqualTo(stored);
        assertThat(database.confirmedLsn()).isEqualTo(stored.lsn());
        assertThat(database.value("SELECT string_agg(slot_name || two_phase, ' ') FROM pg_replication_slots"
                        + " WHERE starts_with(slot_name, '" + slot + "')"))
                .isEqualTo(slot + "false");
        assertThat(database.value("SELECT count(*) FROM pg_logical_slot_peek_binary_changes('" + slot
                        + "', NULL, NULL, 'proto_version', '1', 'publication_names', '"
                        + database.publication() + "') WHERE get_byte(data, 0) = ascii('I')"))
                .as("rows that were inserted meanwhile")
                .isEqualTo("1");
    }

    @Test
    void a_slot_that_another_streams_from_is_waited_for() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server);
        try (StreamedDatabase.Streaming other = database.stream()) {
            assertThat(other.stream().isClosed()).isFalse();
            assertThat(database.refusal(null).kind()).isEqualTo(FailureKind.FENCED);
        }
    }

    @Test
    void whoever_streams_is_watched() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server);
        try (Connection connection = database.relay()) {
            StreamGuard guard = database.guard(connection);
            StreamPosition begun = guard.beforeStart(null);
            assertThat(guard.isStarted(begun, true)).isFalse();
            try (StreamedDatabase.Streaming streaming = database.stream()) {
                assertThat(streaming.stream().isClosed()).isFalse();
                assertThat(guard.isStarted(begun, true)).as("held from now on").isFalse();
                assertThat(guard.isStarted(begun, false)).as("by whom?").isFalse();
                assertThat(guard.isStarted(begun, true)).isTrue();
                assertThat(guard.whileRunning(() -> begun).slot()).isNotNull();
                database.execute("ALTER PUBLICATION " + database.publication() + " SET (publish = 'update')");
                assertThat(failureOf(() -> guard.whileRunning(() -> begun)).kind())
                        .isEqualTo(FailureKind.POSITION_LOST);
                database.execute("ALTER PUBLICATION " + database.publication() + " SET (publish = 'insert')");
            }
        }
    }

    @Test
    void what_is_published_and_stored_while_the_server_is_looked_at_is_no_loss() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server);
        try (Connection connection = database.relay()) {
            StreamGuard guard = database.guard(connection);
            StreamPosition begun = guard.beforeStart(null);
            try (StreamedDatabase.Streaming streaming = database.stream()) {
                assertThat(guard.isStarted(begun, false)).isFalse();
                assertThat(guard.isStarted(begun, true)).isTrue();
                AtomicReference<StreamPosition> stored = new AtomicReference<>(begun);

                // As under load: at each step of the watch a commit was published, is stored, and told to the slot.
                StreamLook look = guard.whileRunning(() -> {
                    database.insert();
                    StreamPosition read = stored.get().at(database.insertLsn());
                    database.insert();
                    stored.set(read.at(database.insertLsn()));
                    streaming.confirm(stored.get().lsn());
                    await().atMost(Duration.ofSeconds(10))
                            .until(() -> database.confirmedLsn() == stored.get().lsn());
                    return read;
                });

                assertThat(look.slot()).isNotNull();
            }
        }
    }

    @Test
    void a_stream_that_ended_or_that_another_has_taken_over_is_noticed() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server);
        try (Connection connection = database.relay()) {
            StreamGuard guard = database.guard(connection);
            StreamPosition begun = guard.beforeStart(null);
            try (StreamedDatabase.Streaming streaming = database.stream()) {
                assertThat(streaming.stream().isClosed()).isFalse();
                assertThat(guard.isStarted(begun, false)).isFalse();
                assertThat(guard.isStarted(begun, true)).isTrue();
            }
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> database.value("SELECT active::text FROM pg_replication_slots WHERE slot_name = '"
                                    + database.request().slot() + "'")
                            .equals("false"));
            assertThat(failureOf(() -> guard.whileRunning(() -> begun)).kind()).isEqualTo(FailureKind.TRANSIENT);
            try (StreamedDatabase.Streaming other = database.stream()) {
                assertThat(other.stream().isClosed()).isFalse();
                assertThat(failureOf(() -> guard.whileRunning(() -> begun)).kind())
                        .isEqualTo(FailureKind.FENCED);
            }
        }
    }

    @Test
    void a_slot_that_the_reader_made_in_place_of_the_missing_one_is_noticed_before_anything_is_confirmed()
            throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server);
        StreamPosition stored = database.begin(null);
        try (Connection connection = database.relay()) {
            StreamGuard guard = database.guard(connection);
            assertThat(guard.beforeStart(stored)).isEqualTo(stored);
            database.execute(database.statements().dropSlot());
            database.execute("INSERT INTO app.outbox VALUES (gen_random_uuid())");
            database.execute(database.statements().createSlot(180_000));
            try (StreamedDatabase.Streaming streaming = database.stream()) {
                assertThat(streaming.stream().isClosed()).isFalse();
                assertThat(guard.isStarted(stored, false)).as("whose?").isFalse();
                assertThat(failureOf(() -> guard.isStarted(stored, true)).kind())
                        .isEqualTo(FailureKind.POSITION_LOST);
            }
        }
    }

    @Test
    void a_role_that_may_not_replicate_is_told_what_it_takes() throws SQLException {
        StreamedDatabase database = new StreamedDatabase(server);
        database.execute("ALTER ROLE \"Relay-1\" NOREPLICATION");
        try {
            Failure failure = database.refusal(null);
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.problems().get(0).remedy()).startsWith("ALTER ROLE \"Relay-1\" REPLICATION");
        } finally {
            database.execute("ALTER ROLE \"Relay-1\" REPLICATION");
        }
    }

    private static Failure failureOf(ThrowingCallable call) {
        return ((RelayException) catchThrowable(call)).failure();
    }
}
