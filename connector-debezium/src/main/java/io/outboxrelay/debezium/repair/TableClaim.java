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

/**
 * What a repair holds of the table from before the new slot is made until it has ended: the lock by which a polling relay is its only
 * reader, and one that keeps the table's files what they are. A snapshot does not protect from TRUNCATE, nor from an ALTER TABLE that writes all rows anew:
 * a COPY that comes behind one of them finds nothing.
 */
final class TableClaim implements AutoCloseable {

    private final Connection connection;
    private final ConnectionSettings settings;

    private TableClaim(Connection connection, ConnectionSettings settings) {
        this.connection = connection;
        this.settings = settings;
    }

    /**
     * Claims the table.
     *
     * @throws RelayException FENCED while a polling relay, or another repair, reads it
     */
    static TableClaim of(ConnectionSettings settings, StandingTable table) {
        Connection connection = SessionSetup.open(settings);
        try (Statement statement = connection.createStatement()) {
            if (!ReaderLock.isTaken(connection, table.oid())) {
                throw new RelayException(held(table));
            }
            statement.execute("BEGIN READ ONLY");
            statement.execute("SET LOCAL lock_timeout = '30s'");
            statement.execute("LOCK TABLE " + table.quotedName() + " IN ACCESS SHARE MODE");
            return new TableClaim(connection, settings);
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
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    @Override
    public void close() {
        SessionSetup.close(connection);
    }
}
