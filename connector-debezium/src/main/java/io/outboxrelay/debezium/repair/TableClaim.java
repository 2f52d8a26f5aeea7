package io.outboxrelay.debezium.repair;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.ReaderLock;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a repair holds of the table from before the new slot is made until it has ended: the lock by which a polling relay is its only
 * reader, and one that keeps the table's files what they are. A snapshot does not protect from TRUNCATE, nor from an ALTER TABLE that writes all rows anew:
 * a COPY that comes behind one of them finds nothing.
 */
final class TableClaim implements AutoCloseable {

    private static final int ANSWER_MILLIS = 10_000;

    private final Connection connection;
    private final Duration askedEvery;
    private final Thread thread = PipelineThreads.daemon("relay-repair-claim", this::watch);
    private volatile @Nullable Failure lost;
    private volatile Runnable cut = () -> {};
    private volatile boolean closed;

    private TableClaim(Connection connection, Duration askedEvery) {
        this.connection = connection;
        this.askedEvery = askedEvery;
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
            TableClaim claim = new TableClaim(connection, askedEvery);
            claim.thread.start();
            return claim;
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

    /** @throws RelayException once it is lost: then others may have read the table, or emptied it */
    void check() {
        ask();
        checkHeard();
    }

    /** The same by what was heard last. Any thread. */
    void checkHeard() {
        Failure heard = lost;
        if (heard != null) {
            throw new RelayException(heard);
        }
    }

    /** The same rows, which end with the claim. */
    StandingRows guarding(StandingRows rows) {
        cut = rows::close;
        if (lost != null) {
            rows.close();
        }
        return new ClaimedRows(rows, this);
    }

    private void watch() {
        while (lost == null && !closed) {
            LockSupport.parkNanos(this, askedEvery.toNanos());
            if (!closed) {
                ask();
            }
        }
    }

    private synchronized void ask() {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        } catch (SQLException e) {
            if (lost == null && !closed) {
                lost = Failure.of(
                        FailureKind.TRANSIENT,
                        "the session that claimed the table is lost, and others may have read from it since: "
                                + e.getMessage(),
                        "see that the server, or what stands before it, ends no sessions; then run repair again",
                        e);
                cut.run();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        SessionSetup.close(connection);
    }
}
