package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.polling.PollingSettings.Reading;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Behind a pooler a statement can land on another session. There the table may look empty, and nothing may be deleted. */
class SessionGuardIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void every_statement_refuses_a_foreign_session_even_on_an_empty_table() throws SQLException {
        assertEveryStatementRefuses(OutboxFixture.ordinary(database), SessionGuardIT::statements);
    }

    @Test
    void so_does_every_statement_that_archives() throws SQLException {
        assertEveryStatementRefuses(OutboxFixture.ordinary(database).archiving(), SessionGuardIT::statements);
    }

    @Test
    void so_does_every_statement_about_the_state_of_rows_that_are_kept() throws SQLException {
        assertEveryStatementRefuses(OutboxFixture.ordinary(database).keeping(), SessionGuardIT::stateStatements);
    }

    /** Statements of a session, by what they do. */
    private interface Statements {
        Map<String, ThrowingCallable> of(PollingSession session) throws SQLException;
    }

    private static void assertEveryStatementRefuses(OutboxFixture outbox, Statements made) throws SQLException {
        try (Connection connection = outbox.connect()) {
            PollingSession session = outbox.session(connection);
            Map<String, ThrowingCallable> statements = made.of(session);
            statements.forEach((name, statement) ->
                    assertThatCode(statement).as(name + " in its own session").doesNotThrowAnyException());

            OutboxFixture.execute(connection, "SELECT set_config('outbox_relay.session', 'of another', false)");
            statements.forEach((name, statement) -> assertRefused(name, statement));
            OutboxFixture.execute(connection, "DISCARD ALL");
            statements.forEach((name, statement) -> assertRefused(name, statement));
        }
    }

    private static Map<String, ThrowingCallable> statements(PollingSession session) throws SQLException {
        SequenceSql sql = SequenceSql.of(session);
        ScanSql scan = new ScanSql(session.table(), session.guard(), session.timed());
        PageCopy copy = PageCopy.of(session);
        Frontier fresh = new Frontier();
        Frontier withGaps = new Frontier();
        withGaps.read(10);
        withGaps.read(20);
        LockHolders holders = new LockHolders(session, sql);
        ScanReader scanning =
                new ScanReader(session, Reading.DEFAULT, new PollingCounters(), new DeletingRemoval(session), 0);

        Map<String, ThrowingCallable> statements = new LinkedHashMap<>();
        statements.put("a first read", () -> copy.read(sql.page(fresh, start(Dormancy.NONE), 100), 1_000));
        statements.put("a read with gaps", () -> copy.read(sql.page(withGaps, start(Dormancy.NONE), 100), 1_000));
        statements.put(
                "a read that leaves gaps out",
                () -> copy.read(sql.page(withGaps, start(new Dormancy(19, List.of(700L))), 100), 1_000));
        statements.put("holders", () -> holders.ask(-1));
        statements.put("flush", session::flushCommits);
        statements.put(
                "delete by ranges",
                () -> delete(
                        session,
                        new RowDelete(
                                sql.deleteRanges(), "int8", List.of(new long[] {1}, new long[] {9}, new long[] {0}))));
        statements.put(
                "delete by keys",
                () -> delete(
                        session, new RowDelete(sql.deleteKeys(), "int8", List.of(new long[] {1}, new long[] {0}))));
        statements.put(
                "delete by ids",
                () -> delete(session, new RowDelete(scan.deleteIds(), "text", List.of((Object) new String[] {"a"}))));
        statements.put(
                "sweep",
                () -> new Sweep(session, sql, new PollingCounters()).run(new ReadingProgress(ReaderRules.PRODUCTION)));
        statements.put("ids", scanning::read);
        statements.put("check of the table", () -> scanning.tend(0));
        CommitOrderSql rounds = new CommitOrderSql(session.table(), session.guard(), session.timed());
        RoundListing listing = new RoundListing(session, ReaderRules.PRODUCTION.rounds(), untimed -> {});
        statements.put("a round", () -> listing.list(new long[0]));
        statements.put("rows by number", () -> copy.read(rounds.page(new long[] {1, 2}), 1_000));
        statements.put(
                "delete by number and id",
                () -> delete(
                        session,
                        new RowDelete(rounds.delete(), "text", List.of(new String[] {"1"}, new String[] {"a"}))));
        statements.put("snapshot", () -> OutboxFixture.execute(session.connection(), rounds.snapshot()));
        statements.put("clock", () -> OutboxFixture.execute(session.connection(), rounds.clock()));
        return statements;
    }

    private static Map<String, ThrowingCallable> stateStatements(PollingSession session) throws SQLException {
        SequenceSql sql = SequenceSql.of(session);
        PageCopy copy = PageCopy.of(session);
        Map<String, ThrowingCallable> statements = new LinkedHashMap<>();
        statements.put("a read", () -> copy.read(sql.page(new Frontier(), start(Dormancy.NONE), 100), 1_000));
        StateSql state = new StateSql("outbox_relay_state", session.guard(), sql.notGoneBack());
        statements.put("where it is", () -> OutboxFixture.execute(session.connection(), state.server()));
        statements.put(
                "claim of a state", () -> StateClaim.make(session, state, new SessionLineage(new PollingCounters())));
        statements.put("state", () -> bound(session, state.select(), "x"));
        statements.put("version of a state", () -> bound(session, state.version(), "x"));
        statements.put("state of a table", () -> bound(session, state.selectByOid(), 1L, 1L));
        statements.put("first state", () -> bound(session, state.insert(), "x", 1L, 1L, 1L, 1L, 1L));
        statements.put("raise of a version", () -> bound(session, state.claim(), 1L, "x", 0L));
        statements.put("distrust", () -> bound(session, state.distrust(), "x", 0L));
        Long[] none = {};
        statements.put("store", () -> bound(session, state.update(), 1L, none, none, "x", 0L, new Long[] {0L}));
        statements.put(
                "store at a place",
                () -> bound(session, state.updateAt(), 1L, none, none, "x", 0L, new Long[] {0L}, "(0,1)"));
        return statements;
    }

    private static void bound(PollingSession session, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(
                        i + 1,
                        parameters[i] instanceof Long[] numbers
                                ? session.connection().createArrayOf("int8", numbers)
                                : parameters[i]);
            }
            statement.execute();
        }
    }

    private static ReadStart start(Dormancy dormancy) {
        return new ReadStart(Frontier.MINUS_INFINITY, 0, Frontier.MINUS_INFINITY, dormancy, false);
    }

    private static void delete(PollingSession session, RowDelete delete) throws SQLException {
        RowRemoval.of(session).remove(List.of(delete), 0);
    }

    private static void assertRefused(String name, ThrowingCallable statement) {
        assertThatThrownBy(statement)
                .as(name + " in a foreign session")
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("outbox_relay.session_lost");
    }
}
