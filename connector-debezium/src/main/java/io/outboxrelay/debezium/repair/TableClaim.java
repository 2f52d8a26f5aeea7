package io.outboxrelay.debezium.repair;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.ReaderLock;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * What a repair holds of the table from before the new slot is made until it has ended: the lock by which a polling relay is its only
 * reader, and one that keeps the table's files what they are. A snapshot does not protect from TRUNCATE, nor from an ALTER TABLE that writes all rows anew:
 * a COPY that comes behind one of them finds nothing.
 */
final class TableClaim implements AutoCloseable {

    private static final int ANSWER_MILLIS = 10_000;

    private final Connection connection;
    private final ClaimWatch watch;

    private TableClaim(Connection connection, Duration askedEvery) {
        this.connection = connection;
        this.watch = ClaimWatch.start(
                () -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("SELECT 1");
                    }
                },
                askedEvery);
    }

    /**
     * Claims the table.
     *
     * @param askedEvery how often the server is asked whether the session that holds it is still there
     * @throws RelayException FENCED while a polling relay, or another repair, reads it
     */
    static TableClaim of(ConnectionSettings settings, StandingTable table, Duration askedEvery) {
        Connection connection = SessionSetup.open(settings);
        try (Statement statement = connection.createStatement()) {
            if (!ReaderLock.isTaken(connection, table.oid())) {
                throw new RelayException(held(table));
            }
            statement.execute("BEGIN READ ONLY");
            statement.execute("SET LOCAL lock_timeout = '30s'");
            statement.execute("LOCK TABLE " + table.quotedName() + " IN ACCESS SHARE MODE");
            // Behind a network that drops packets, nobody says that the session has ended.
            connection.setNetworkTimeout(Runnable::run, ANSWER_MILLIS);
            return new TableClaim(connection, askedEvery);
        } catch (SQLException e) {
            SessionSetup.close(connection);
            throw new RelayException(PostgresFailures.classify(e, settings));
        } catch (RelayException e) {
            SessionSetup.close(connection);
            throw e;
        }
    }

    static Failure held(StandingTable table) {
        return Failure.of(
                FailureKind.FENCED,
                "a polling relay, or another repair, reads " + table.quotedName()
                        + ": it holds the table's advisory lock",
                "stop it first, and see that nothing starts it again");
    }

    /** What tells when it is lost. */
    ClaimWatch watch() {
        return watch;
    }

    @Override
    public void close() {
        watch.close();
        SessionSetup.close(connection);
    }
}
