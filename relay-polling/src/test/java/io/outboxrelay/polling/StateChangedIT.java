package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others do to the state, or to what it is true of, while the relay runs. */
class StateChangedIT {

    private static EmbeddedDatabase database;
    private KeptOutbox outbox;
    private String table;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.builder().start();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void publishTen() throws SQLException {
        outbox = KeptOutbox.ofTenPublished(database);
        table = outbox.fixture.table();
    }

    @Test
    void a_state_that_is_deleted_while_the_relay_is_idle_stops_it_and_can_be_restored() throws SQLException {
        Failure failure;
        try (TestConsumer consumer = outbox.consumer().awaitOpen()) {
            database.execute("DELETE FROM outbox_relay_state");
            failure = KeptOutbox.lost(consumer, "was deleted while the relay ran");
        }
        database.execute(KeptOutbox.goOn(failure));
        outbox.anotherProcess();
        outbox.fixture.insert("new");
        outbox.publishes("new");
    }

    @Test
    void a_state_that_is_deleted_while_the_relay_publishes_stops_it_too() throws SQLException {
        try (TestConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.fixture.insert("new");
            consumer.awaitRecords(1);
            database.execute("DELETE FROM outbox_relay_state");
            consumer.commitAll();
            KeptOutbox.lost(consumer, "was deleted while the relay ran");
            assertThat(consumer.committed).hasSizeLessThan(2);
        }
    }

    @Test
    void a_state_that_is_deleted_while_the_relay_is_between_two_sessions_stops_it_too() throws SQLException {
        try (TestConsumer consumer = outbox.consumer().awaitOpen()) {
            database.execute(
                    "DELETE FROM outbox_relay_state; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE"
                            + " application_name = 'outbox-relay'");
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
        }
        try (TestConsumer consumer = outbox.consumer()) {
            KeptOutbox.lost(consumer, "was deleted while the relay ran");
            assertThat(consumer.entries).isEmpty();
        }
    }

    @Test
    void a_state_that_is_deleted_and_restored_says_of_what_it_was_true() throws SQLException {
        try (TestConsumer consumer = outbox.consumer().awaitOpen()) {
            database.execute("BEGIN; DELETE FROM outbox_relay_state; TRUNCATE " + table
                    + " RESTART IDENTITY; INSERT INTO " + table
                    + " (id, key, payload) SELECT 'new' || n, 'k', 'p' FROM generate_series(1, 20) n; COMMIT");
            consumer.awaitFailure();
        }
        Failure failure;
        try (TestConsumer consumer = outbox.consumer()) {
            failure = KeptOutbox.lost(consumer, "was deleted while the relay ran");
        }
        outbox.anotherProcess();
        database.execute(KeptOutbox.goOn(failure));
        outbox.refused("is not of what stands there now", "the sequence");
    }

    /** By the time anybody looks at the sequence it is as far as it was: the read, or the store, is all the evidence. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void numbers_that_went_back_only_for_a_moment_are_noted(boolean reading) throws SQLException {
        if (!reading) {
            outbox.fixture.readingWhenNotified("never");
        }
        outbox.fixture.insert("new");
        AtomicBoolean mended = new AtomicBoolean();
        AtomicBoolean back = new AtomicBoolean();
        Supplier<OutboxSource> sources = PollingSource.factory(
                outbox.fixture.settings(),
                new OutboxColumns(List.of()),
                new SessionLineage(new PollingCounters()),
                () -> beforeLooking(outbox.fixture.connect(), () -> {
                    if (back.get()) {
                        database.execute("SELECT setval(" + outbox.sequence() + ", 11)");
                        mended.set(true);
                    }
                }));
        try (TestConsumer consumer = TestConsumer.of(sources.get()).awaitOpen()) {
            consumer.awaitRecords(1);
            back.set(true);
            database.execute("SELECT setval(" + outbox.sequence() + ", 3)");
            if (!reading) {
                consumer.commitAll();
            }
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(mended).isTrue();
        }
        outbox.refused("the sequence was seen to go back");
    }

    private interface Prank {
        void run() throws SQLException;
    }

    /** A connection that plays a prank right before it is asked who holds locks. */
    private static Connection beforeLooking(Connection connection, Prank prank) {
        return (Connection) Proxy.newProxyInstance(
                StateChangedIT.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")
                            && arguments[0].toString().contains("q.drawn")) {
                        prank.run();
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void numbers_that_are_drawn_again_while_the_relay_runs_stop_it_for_good() throws SQLException {
        try (TestConsumer consumer = outbox.consumer().awaitOpen()) {
            database.execute("DELETE FROM " + table + "; SELECT setval(" + outbox.sequence() + ", 3)");
            KeptOutbox.lost(consumer, "says that numbers up to 10 are known, and the sequence has drawn only up to 3");
            assertThat(consumer.records()).isEmpty();
        }
        outbox.fixture.insertMany("new", 1, 20);
        outbox.anotherProcess();
        outbox.refused("the sequence was seen to go back");
    }

    /** Rows above what was published before are not sent ahead of those that now stand below it. */
    @Test
    void rows_of_a_sequence_that_is_restarted_while_the_relay_runs_are_not_published() throws SQLException {
        try (TestConsumer consumer = outbox.consumer().awaitOpen()) {
            database.execute("BEGIN; TRUNCATE " + table + " RESTART IDENTITY; INSERT INTO " + table
                    + " (id, key, payload) SELECT 'new' || n, 'k', 'p' FROM generate_series(1, 20) n; COMMIT");
            assertThat(consumer.awaitFailure().kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(consumer.records()).isEmpty();
        }
        outbox.refused("is not of what stands there now", "the sequence");
    }

    @Test
    void what_another_relay_stores_fences_this_one_which_goes_on_from_there() throws SQLException {
        try (TestConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.fixture.insertMany("new", 1, 5);
            consumer.awaitRecords(5);
            outbox.change("top = 13, version = version + 1");
            consumer.commitAll();
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.FENCED);
            assertThat(failure.summary()).contains("was changed by another relay, or by hand");
            assertThat(consumer.committed).hasSizeLessThan(2);
        }
        outbox.publishes("new4", "new5");
    }

    /** VACUUM FULL gives every row another place. */
    @Test
    void a_state_that_stands_at_another_place_is_found() throws SQLException {
        try (TestConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.fixture.insert("a", "b");
            database.execute("VACUUM FULL outbox_relay_state");
            outbox.publish(consumer, 2);
        }
        outbox.fixture.insert("c");
        outbox.publishes("c");
    }
}
