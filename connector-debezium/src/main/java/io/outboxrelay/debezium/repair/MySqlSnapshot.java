package io.outboxrelay.debezium.repair;

import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.debezium.MySqlMark;
import io.outboxrelay.debezium.MySqlTable;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.MySqlFailures;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of a table together with the place in the log that it is of.
 *
 * <pre>
 *   holder                                   snapshot                                      place
 *   LOCK TABLES outbox READ, else WRITE
 *                                            START TRANSACTION WITH CONSISTENT SNAPSHOT
 *                                                                                          SHOW BINARY LOG STATUS
 *   SHOW CREATE TABLE
 *   UNLOCK TABLES
 *                                            SELECT 1 FROM outbox LIMIT 1
 *   SHOW CREATE TABLE: still the same?
 * </pre>
 *
 * <p>A transaction that wrote to the table keeps its metadata lock until it has ended in the log and in InnoDB; so does one that is
 * prepared (XA), also without its session and after a restart. While the table is locked there is none: each is in the snapshot and
 * in front of the place, or neither. Other tables do not matter.
 *
 * <p>A READ lock holds up nobody while it waits, and waits for ever where writers overlap; a WRITE lock gets in front of
 * writers that come later, and holds them up while it waits for those that are at it. So both are tried in turn, each for a few seconds only.
 * The server ends a holder that says nothing for as long, so that writers do not wait for a repair that hangs.
 *
 * <p>Between UNLOCK and the first look of the snapshot, another table may take this one's name, of which the snapshot sees nothing, or
 * half. From that look on the table's definition is held. So it has to be the same before and after.
 *
 * @param connection in the snapshot's transaction, which holds the table's definition
 * @param place between two transactions of the log
 * @param columns the statement that makes the table as it is there
 * @param server the identity of the server that was locked and is read
 */
record MySqlSnapshot(Connection connection, MySqlMark place, String columns, String server) {

    private static final int LOCK_WAIT_TIMEOUT = 1205;

    /** Asks where the log ends, over a session of its own. */
    interface End {
        MySqlMark ask();
    }

    /**
     * Takes one.
     *
     * @param reader who may read and lock the table
     * @throws RelayException TRANSIENT where somebody who wrote to the table does not end in time, or changes it
     */
    static MySqlSnapshot take(ConnectionSettings reader, MySqlTable table, End end, LockPatience patience) {
        Connection holder = MySqlSetup.open(reader);
        try {
            Connection snapshot = MySqlSetup.open(reader);
            try {
                return taken(holder, snapshot, table, end, patience);
            } catch (SQLException | RuntimeException | Error e) {
                MySqlSetup.close(snapshot);
                throw e;
            }
        } catch (SQLException e) {
            throw new RelayException(MySqlFailures.classify(e, reader));
        } finally {
            // Whatever it holds, it holds no longer.
            MySqlSetup.close(holder);
        }
    }

    private static MySqlSnapshot taken(
            Connection holder, Connection snapshot, MySqlTable table, End end, LockPatience patience)
            throws SQLException {
        snapshot.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        // So that the driver, too, knows that there is a transaction, which no other session could go on with.
        snapshot.setAutoCommit(false);
        String server = session(holder);
        lock(holder, table, patience);
        MySqlSetup.execute(snapshot, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
        MySqlMark place = end.ask();
        List<String> made = made(holder, table);
        if (!session(holder).equals(server) || !serverOf(snapshot).equals(serverOf(holder))) {
            throw changed("the table was locked by another session, or on another server, than it is read by");
        }
        MySqlSetup.execute(holder, "UNLOCK TABLES");
        MySqlSetup.row(snapshot, "SELECT 1 FROM " + table.quoted() + " LIMIT 1");
        if (!made(holder, table).equals(made)) {
            throw changed("table " + table + " was changed");
        }
        return new MySqlSnapshot(snapshot, place, made.get(0), serverOf(snapshot));
    }

    private static void lock(Connection holder, MySqlTable table, LockPatience patience) throws SQLException {
        for (int turn = 0; turn < patience.turns(); turn++) {
            if (locked(holder, table, "READ", patience.readSeconds())
                    || locked(holder, table, "WRITE", patience.writeSeconds())) {
                // From the next word on: it may be killed, or cut off, and then nobody is to wait for it.
                MySqlSetup.execute(holder, "SET SESSION wait_timeout = " + patience.writeSeconds());
                return;
            }
        }
        throw new RelayException(
                TRANSIENT,
                "somebody who reads or wrote " + table + " has not ended the transaction for " + patience.seconds()
                        + " s, and only what all have ended can be told from what comes later",
                "see who it is (SELECT object_name, lock_type, processlist_id FROM performance_schema.metadata_locks JOIN"
                        + " performance_schema.threads ON owner_thread_id = thread_id; prepared ones have none: XA RECOVER), end it,"
                        + " and run repair again");
    }

    private static boolean locked(Connection holder, MySqlTable table, String how, int seconds) throws SQLException {
        MySqlSetup.execute(holder, "SET SESSION lock_wait_timeout = " + seconds);
        try {
            MySqlSetup.execute(holder, "LOCK TABLES " + table.quoted() + ' ' + how);
            return true;
        } catch (SQLException e) {
            if (e.getErrorCode() == LOCK_WAIT_TIMEOUT) {
                return false;
            }
            throw e;
        }
    }

    /** Why a user may not lock the table, or null; holds nobody up. */
    static @Nullable SQLException unlockable(Connection connection, MySqlTable table) {
        try {
            locked(connection, table, "READ", 1);
            MySqlSetup.execute(connection, "UNLOCK TABLES");
            return null;
        } catch (SQLException e) {
            return e;
        }
    }

    /** The same as long as it is one table with the same columns; the first is the statement that makes it. */
    private static List<String> made(Connection connection, MySqlTable table) throws SQLException {
        List<String> shown = MySqlSetup.row(connection, "SHOW CREATE TABLE " + table.quoted());
        List<String> created = MySqlSetup.row(
                connection,
                "SELECT create_time FROM information_schema.tables WHERE table_schema = " + literal(table.database())
                        + " AND table_name = " + literal(table.name()));
        if (shown == null || created == null) {
            throw changed("table " + table + " is gone");
        }
        return List.of(MySqlTable.withoutCounter(shown.get(1)), created.get(0));
    }

    private static String session(Connection connection) throws SQLException {
        return String.valueOf(MySqlSetup.row(connection, "SELECT CONNECTION_ID(), @@server_uuid"));
    }

    private static String serverOf(Connection connection) throws SQLException {
        return Objects.requireNonNull(MySqlSetup.row(connection, "SELECT @@server_uuid"))
                .get(0);
    }

    /** With the mode that is set, a backslash is one. */
    private static String literal(String text) {
        return '\'' + text.replace("\\", "\\\\").replace("'", "''") + '\'';
    }

    private static RelayException changed(String what) {
        return new RelayException(
                TRANSIENT, "something changed while the repair was at work: " + what, "run repair again");
    }
}
