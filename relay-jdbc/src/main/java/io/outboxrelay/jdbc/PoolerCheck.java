package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a pooler gives a connection's database session to others whenever it is idle, as PgBouncer does in its modes
 * {@code transaction} and {@code statement}. Nothing is set, locked or left behind in a session that may be an application's.
 *
 * <p>Where there is no pooler, and that is said by one read, nothing more is asked. Behind one, a second connection takes
 * whatever session is free: if that is the first one's, or if the first one has to take another, the session was shared. With
 * a pool nobody else uses that is certain at the first look; with a busy one it takes a few. Whatever gets through all the same
 * meets the guard of the session, see {@link PostgresFailures}.
 */
final class PoolerCheck {

    private static final int LOOKS = 5;

    /** A session that has to be waited for inside the pooler: it has no more of them. */
    private static final int ANSWER_WITHIN_MILLIS = 4_000;

    private static final String PROTOCOL_VIOLATION = "08P01";

    static final String REMEDY =
            "connect to the primary directly, or through a pool in session mode (PgBouncer: pool_mode = session)";

    private static final String ROOM =
            "let the pool have room for three sessions of the relay's role, or connect to the server directly";

    private final ConnectionSettings settings;
    private final Supplier<Connection> connections;

    /** @param connections opens further connections like the one to check, with nothing set in them */
    PoolerCheck(ConnectionSettings settings, Supplier<Connection> connections) {
        this.settings = settings;
        this.connections = connections;
    }

    /**
     * Why the connection cannot be used, or null. MISCONFIGURED where its session is shared, TRANSIENT where that could not be
     * found out.
     *
     * @param own a connection in which nothing was set yet; autocommit on
     * @throws SQLException when it fails
     */
    @Nullable
    Failure check(Connection own) throws SQLException {
        Backend mine = Backend.of(own);
        if (mine.isToldOf(own)) {
            return null;
        }
        try (Connection other = connections.get()) {
            return compare(own, mine, other);
        } catch (RelayException e) {
            return noSecond(e);
        }
    }

    private @Nullable Failure compare(Connection own, Backend mine, Connection other) throws SQLException {
        int patienceMillis = own.getNetworkTimeout();
        own.setNetworkTimeout(Runnable::run, ANSWER_WITHIN_MILLIS);
        Failure shared = look(own, mine, other);
        own.setNetworkTimeout(Runnable::run, patienceMillis);
        return shared;
    }

    private @Nullable Failure look(Connection own, Backend mine, Connection other) {
        // Outside of a transaction first: a pooler that shares by statement takes none.
        boolean taken = of(other).equals(mine);
        for (int look = 0; look < LOOKS && !taken; look++) {
            execute(other, "BEGIN");
            taken = of(other).equals(mine);
            // The other one holds what it has until its commit, so the first one cannot be given that.
            Backend now = taken ? mine : of(own);
            if (!now.isOnServerOf(mine)) {
                return refused("sends the relay's statements now to one server and now to another");
            }
            taken |= !now.equals(mine);
            execute(other, "COMMIT");
        }
        return taken ? refused("gives the relay's database session to others between its transactions") : null;
    }

    /** Who answers, if anybody does: with no session left in the pool one of the two waits. */
    private Backend of(Connection connection) {
        try {
            return Backend.of(connection);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /** Not by the driver's own means, which prepare what they need. */
    private void execute(Connection connection, String command) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(command);
        } catch (SQLException e) {
            throw takesNone(e) ? new RelayException(refused("takes no transactions")) : failed(e);
        }
    }

    /** What PgBouncer answers in its mode {@code statement}; it speaks one language only. */
    private static boolean takesNone(SQLException e) {
        return PROTOCOL_VIOLATION.equals(e.getSQLState())
                && String.valueOf(e.getMessage()).contains("transaction blocks not allowed");
    }

    private RelayException failed(SQLException e) {
        return new RelayException(PostgresFailures.classify(e, settings));
    }

    private static Failure refused(String what) {
        return Failure.of(FailureKind.MISCONFIGURED, "a pooler stands before the database, and it " + what, REMEDY);
    }

    private static Failure noSecond(RelayException e) {
        Failure failure = e.failure();
        return failure.kind() == FailureKind.MISCONFIGURED
                ? failure
                : Failure.of(
                        failure.kind(),
                        "a pooler stands before the database, and through it there is no second session beside the relay's: "
                                + failure.problems().get(0).what(),
                        ROOM,
                        e);
    }
}
