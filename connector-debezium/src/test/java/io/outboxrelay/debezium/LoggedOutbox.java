package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.MessageOutbox;
import io.outboxrelay.debezium.DebeziumSettings.Outbox;
import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.DebeziumSettings.Reading;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.rows.RowDeletion;
import io.outboxrelay.debezium.store.StateFile;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.slot.StreamStatements;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    private final Outbox outbox;
    private final Path stored;
    private final LogFigures figures = new LogFigures();

    private LoggedOutbox(EmbeddedDatabase database, String table, Outbox outbox) {
        this(database, table, outbox, table, scratch().resolve("state"));
    }

    /** @param slot also the publication's name */
    private LoggedOutbox(EmbeddedDatabase database, String table, Outbox outbox, String slot, Path stored) {
        this.database = database;
        this.outbox = outbox;
        this.table = table;
        this.slot = slot;
        this.stored = stored;
    }

    private static Path scratch() {
        try {
            return Files.createTempDirectory("outbox-relay-store-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private static LoggedOutbox named(EmbeddedDatabase database) {
        String table = "outbox_" + COUNT.incrementAndGet();
        return new LoggedOutbox(database, table, TableOutbox.of("public." + table));
    }

    /** A table of this name. */
    static LoggedOutbox called(EmbeddedDatabase database, String name) throws SQLException {
        String quoted = '"' + name.replace("\"", "\"\"") + '"';
        LoggedOutbox outbox = new LoggedOutbox(
                database,
                quoted,
                TableOutbox.of("public." + quoted),
                "called_" + COUNT.incrementAndGet(),
                scratch().resolve("state"));
        database.execute("CREATE TABLE " + quoted + " (id text NOT NULL, aggregateid text, payload text)");
        outbox.publish();
        return outbox;
    }

    /** With these columns. */
    static LoggedOutbox of(EmbeddedDatabase database, String columns) throws SQLException {
        return of(database, columns, "");
    }

    /** The same with something behind the columns. */
    static LoggedOutbox of(EmbeddedDatabase database, String columns, String behind) throws SQLException {
        LoggedOutbox outbox = named(database);
        database.execute("CREATE TABLE " + outbox.table + " (" + columns + ") " + behind);
        outbox.publish();
        return outbox;
    }

    /** Without any table: messages of this prefix are the events. */
    static LoggedOutbox ofMessages(EmbeddedDatabase database, String prefix) throws SQLException {
        LoggedOutbox outbox =
                new LoggedOutbox(database, "messages_" + COUNT.incrementAndGet(), new MessageOutbox(prefix));
        outbox.publish();
        return outbox;
    }

    /** Makes publication and slot, by the SQL that the owner is given. */
    private void publish() throws SQLException {
        StreamStatements statements =
                new StreamStatements(SlotSession.request(settings(), new OutboxColumns(List.of())));
        database.execute(statements.createPublication());
        database.execute(statements.stamp(null));
        database.execute(statements.createSlot(180_000));
        database.execute(statements.noteSlot());
    }

    /** The sources of one relay, which keeps what it stores in a file. */
    Supplier<OutboxSource> sources(DebeziumSettings settings, String... columns) {
        return DebeziumSource.factory(() -> settings, new OutboxColumns(List.of(columns)), this::store, figures);
    }

    /** What is stored of it is gone. */
    void forget() {
        try {
            Files.delete(stored);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same outbox, for a relay that knows nothing of the first one's, at another machine. */
    LoggedOutbox ofAnotherRelay() {
        return new LoggedOutbox(database, table, outbox);
    }

    /** What a relay keeps of its own, opened. */
    StateStore store() {
        return StateFile.open(stored);
    }

    /** The same, with a relay that deletes what is published. */
    LoggedOutbox deleting(RowDeletion.Bounds bounds) {
        TableOutbox of = new TableOutbox("public." + table, "id", "aggregateid", "payload", bounds);
        return new LoggedOutbox(database, table, of, slot, stored);
    }

    /** Gives the table another name, which the relay is told of. */
    LoggedOutbox renamedTo(String name) throws SQLException {
        database.execute("ALTER TABLE " + table + " RENAME TO " + name);
        return new LoggedOutbox(database, name, TableOutbox.of("public." + name), slot, stored);
    }

    LogFigures figures() {
        return figures;
    }

    DebeziumSettings settings() {
        return settings(ConnectionSettings.of(database.url("postgres"), ROLE, null), HASTY);
    }

    DebeziumSettings settings(ConnectionSettings connection, Reading reading) {
        return new DebeziumSettings(connection, outbox, new PostgresLog(slot, slot), reading, PassedThrough.NOTHING);
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

    /** The process that streams from the slot, or null. */
    @Nullable
    String streamer() throws SQLException {
        return ask("SELECT active_pid FROM pg_replication_slots WHERE slot_name = '" + slot + "'");
    }

    /** How far the slot was confirmed, in bytes of log that stand behind it. */
    long bytesBehind() throws SQLException {
        return Long.parseLong(ask("SELECT pg_current_wal_lsn() - confirmed_flush_lsn FROM pg_replication_slots"
                + " WHERE slot_name = '" + slot + "'"));
    }

    /** The server's major version: the tests run on the oldest that is served, too. */
    int serverVersion() throws SQLException {
        return Integer.parseInt(ask("SELECT current_setting('server_version_num')::int / 10000"));
    }

    String ask(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }
}
