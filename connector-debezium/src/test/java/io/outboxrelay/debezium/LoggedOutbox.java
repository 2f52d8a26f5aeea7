package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.DebeziumSettings.Reading;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A table, its publication and its slot, in a database of a server whose log is read, and a role that may do no more than that. */
final class LoggedOutbox {

    /** The role: LOGIN and REPLICATION, and nothing else. */
    static final String ROLE = "log_reader";

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Reading HASTY = new Reading(
            4_096,
            8L << 20,
            Duration.ofSeconds(20),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            Duration.ofSeconds(5));

    final EmbeddedDatabase database;
    final String table;
    final String slot;

    private LoggedOutbox(EmbeddedDatabase database, String table) {
        this.database = database;
        this.table = table;
        this.slot = table;
    }

    /** A server on which logs can be read. */
    static EmbeddedDatabase server() throws SQLException {
        EmbeddedDatabase database = EmbeddedDatabase.builder()
                .config("wal_level", "logical")
                .config("max_replication_slots", "40")
                .config("max_wal_senders", "40")
                .start();
        database.execute("CREATE ROLE " + ROLE + " LOGIN REPLICATION; REVOKE ALL ON SCHEMA public FROM PUBLIC");
        return database;
    }

    /** With the columns that an outbox mostly has. */
    static LoggedOutbox standard(EmbeddedDatabase database) throws SQLException {
        return of(
                database,
                "id text NOT NULL, aggregatetype text DEFAULT 'order', aggregateid text, type text, payload text");
    }

    /** With these columns. */
    static LoggedOutbox of(EmbeddedDatabase database, String columns) throws SQLException {
        LoggedOutbox outbox = new LoggedOutbox(database, "outbox_" + COUNT.incrementAndGet());
        database.execute("CREATE TABLE " + outbox.table + " (" + columns + ")");
        outbox.publish("");
        return outbox;
    }

    /** Makes publication and slot anew for the table as it is. */
    void publish(String more) throws SQLException {
        database.execute(
                "CREATE PUBLICATION " + table + " FOR TABLE " + table + " WITH (publish = 'insert'" + more + ")");
        database.execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
    }

    DebeziumSettings settings() {
        return settings(ConnectionSettings.of(database.url("postgres"), ROLE, null), HASTY);
    }

    DebeziumSettings settings(ConnectionSettings connection, Reading reading) {
        return new DebeziumSettings(
                connection,
                TableOutbox.of("public." + table),
                new PostgresLog(slot, table),
                reading,
                PassedThrough.NOTHING);
    }

    /** Inserts rows of one transaction, their ids a prefix and a number from 0 on. */
    void insert(String prefix, int rows) throws SQLException {
        database.execute("INSERT INTO " + table + " (id, aggregateid, payload) SELECT '" + prefix
                + "' || n, 'key', 'payload ' || n FROM generate_series(0, " + (rows - 1) + ") n");
    }

    static List<String> ids(String prefix, int rows) {
        List<String> ids = new ArrayList<>();
        for (int n = 0; n < rows; n++) {
            ids.add(prefix + n);
        }
        return ids;
    }

    /** How far the slot was confirmed, in bytes of log that stand behind it. */
    long bytesBehind() throws SQLException {
        return Long.parseLong(ask("SELECT pg_current_wal_lsn() - confirmed_flush_lsn FROM pg_replication_slots"
                + " WHERE slot_name = '" + slot + "'"));
    }

    String ask(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }
}
