package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.LinkFault;
import io.outboxrelay.testkit.LinkFault.Direction;
import io.outboxrelay.testkit.TcpProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The network forgets the connection between the relay and the database, and neither of them is told. */
class HalfOpenIT {

    private static final Duration SILENCE = Duration.ofSeconds(4);

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    static List<Set<Direction>> dead() {
        return List.of(
                EnumSet.allOf(Direction.class), EnumSet.of(Direction.TO_SERVER), EnumSet.of(Direction.TO_CLIENT));
    }

    @ParameterizedTest
    @MethodSource("dead")
    void the_next_session_takes_over_from_its_own_predecessor_though_the_server_takes_that_for_alive(
            Set<Direction> directions) throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        outbox.insert("before");
        try (TcpProxy proxy = TcpProxy.before(database.port())) {
            Supplier<OutboxSource> sources = sources(outbox, proxy);
            try (TestConsumer first = TestConsumer.of(sources.get()).awaitOpen()) {
                first.awaitRecords(1);
                proxy.inject(new LinkFault.HalfOpen(directions));
                outbox.insert("meanwhile");
                long injected = System.nanoTime();
                Failure failure = first.awaitFailure();
                assertThat(Duration.ofNanos(System.nanoTime() - injected))
                        .as("the dead connection is not waited for once more to give up its lock")
                        .isLessThan(SILENCE.multipliedBy(2));
                assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
                assertThat(failure.summary()).contains("timed out");
            }
            try (TestConsumer second = TestConsumer.of(sources.get()).awaitOpen()) {
                second.awaitRecords(2);
                assertThat(second.ids()).containsExactly("before", "meanwhile");
            }
        }
    }

    @Test
    void another_relay_is_not_thrown_out() throws SQLException {
        OutboxFixture outbox = OutboxFixture.ordinary(database);
        try (TcpProxy proxy = TcpProxy.before(database.port())) {
            Supplier<OutboxSource> sources = sources(outbox, proxy);
            TestConsumer.of(sources.get()).awaitOpen().close();
            try (TestConsumer other = TestConsumer.of(outbox).awaitOpen();
                    TestConsumer again = TestConsumer.of(sources.get())) {
                assertThat(again.awaitFailure().kind()).isEqualTo(FailureKind.FENCED);
                outbox.insert("a");
                other.awaitRecords(1);
            }
        }
    }

    /** The sources of one relay, which reaches the database through the proxy. */
    private static Supplier<OutboxSource> sources(OutboxFixture outbox, TcpProxy proxy) {
        PollingSettings direct = outbox.settings();
        ConnectionSettings connection = new ConnectionSettings(
                "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres",
                direct.connection().username(),
                direct.connection().password(),
                direct.connection().connectTimeout(),
                SILENCE);
        PollingSettings settings = new PollingSettings(connection, direct.outbox(), direct.reading());
        return PollingSource.factory(() -> settings, new OutboxColumns(List.of()), new PollingCounters());
    }
}
