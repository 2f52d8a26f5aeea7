package io.outboxrelay.polling;

import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.InspectionRequest;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresInspection;
import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.polling.PollingSettings.Reading;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** An outbox of its own for every test, in a server that the tests of a class share. */
final class OutboxFixture {

    static final String STATES =
            "CREATE TABLE IF NOT EXISTS outbox_relay_state (outbox text PRIMARY KEY, format integer NOT NULL,"
                    + " version bigint NOT NULL, system_identifier bigint NOT NULL, timeline bigint NOT NULL, outbox_oid bigint NOT NULL,"
                    + " sequence_oid bigint NOT NULL, sequence_filenode bigint NOT NULL, top bigint NOT NULL, gaps_lo bigint[] NOT NULL,"
                    + " gaps_hi bigint[] NOT NULL, stored_at timestamptz NOT NULL)";

    private static final AtomicInteger TABLES = new AtomicInteger();

    private final EmbeddedDatabase database;
    private final String table;
    private String url;
    private Columns columns = new Columns("id", "seq", "key", "payload");
    private Reading reading = Reading.DEFAULT;
    private OutboxOrder order = OutboxOrder.SEQUENCE;
    private OutboxRetention retention = new OutboxRetention.Delete();

    private OutboxFixture(EmbeddedDatabase database, String table) {
        this.database = database;
        this.table = table;
        this.url = database.url("postgres");
    }

    /** Columns seq, id (text), key (text), payload (text), note (text). */
    static OutboxFixture ordinary(EmbeddedDatabase database) throws SQLException {
        return of(database, "id text NOT NULL, key text, payload text, note text");
    }

    /** An identity column seq as primary key, and these columns. */
    static OutboxFixture of(EmbeddedDatabase database, String otherColumns) throws SQLException {
        String table = "outbox_" + TABLES.incrementAndGet();
        database.execute("CREATE TABLE " + table + " (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                + otherColumns + ")");
        return new OutboxFixture(database, table);
    }

    /** A table that the test makes itself. */
    static OutboxFixture existing(EmbeddedDatabase database, String table, Columns columns) {
        OutboxFixture outbox = new OutboxFixture(database, table);
        outbox.columns = columns;
        return outbox;
    }

    OutboxFixture reading(int pageRowsMax, long pageBytesMax) {
        reading = new Reading(
                pageRowsMax, pageBytesMax, reading.waitShortest(), reading.waitLongest(), reading.channel());
        return this;
    }

    OutboxFixture reading(int pageRowsMax, long pageBytesMax, Duration wait) {
        reading = new Reading(pageRowsMax, pageBytesMax, wait, wait, reading.channel());
        return this;
    }

    /** Reads once, and again only when it is notified on the channel. */
    OutboxFixture readingWhenNotified(String channel) {
        Duration never = Duration.ofMinutes(10);
        return reading(reading.pageRowsMax(), reading.pageBytesMax(), never).listeningOn(channel);
    }

    OutboxFixture listeningOn(String channel) {
        reading = reading.listeningOn(channel);
        return this;
    }

    /** In another database of the server; only what reads the table looks there. */
    OutboxFixture in(String databaseName) {
        url = database.url(databaseName);
        return this;
    }

    OutboxFixture byCommitTimestamp() {
        order = OutboxOrder.COMMIT_TIMESTAMP;
        return this;
    }

    /** Reads through a pooler at this URL. */
    OutboxFixture through(String poolerUrl) {
        url = poolerUrl;
        return this;
    }

    /** Published rows are archived, beside the table. */
    OutboxFixture archiving() throws SQLException {
        database.execute("CREATE TABLE " + table + "_archive (LIKE " + table + ")");
        retention = new OutboxRetention.Archive(null);
        return this;
    }

    /** Published rows stay; all the outboxes of a database have their states in one table. */
    OutboxFixture keeping() throws SQLException {
        database.execute(STATES);
        retention = new OutboxRetention.Keep(null);
        return this;
    }

    OutboxFixture unordered() {
        order = OutboxOrder.NONE;
        return this;
    }

    PollingSettings settings() {
        return new PollingSettings(
                ConnectionSettings.of(url, EmbeddedDatabase.SUPERUSER, null),
                new PollingSettings.Outbox(table, columns, order, retention),
                reading);
    }

    /** A connection as the relay opens it. */
    Connection connect() {
        return new PostgresConnections(settings().connection()).open();
    }

    /** A session as the relay opens it, for single statements of it. */
    PollingSession session(Connection connection) throws SQLException {
        InspectionRequest request = new InspectionRequest(
                table,
                new InspectionRequest.Columns(
                        columns.id(), columns.sequence(), columns.key(), columns.payload(), List.of()),
                order,
                retention);
        return new SessionOpening(
                        new PostgresInspection(
                                new PostgresConnections(settings().connection())),
                        request,
                        ReaderRules.PRODUCTION.guard(),
                        new SessionLineage(new PollingCounters()))
                .open(connection);
    }

    EmbeddedDatabase database() {
        return database;
    }

    String table() {
        return table;
    }

    /** Commits a row for every id, with key {@code k} and the id as payload. */
    void insert(String... ids) throws SQLException {
        try (Connection connection = database.connect()) {
            for (String id : ids) {
                insert(connection, id);
            }
        }
    }

    /** Commits rows with ids from {@code prefix + from} to {@code prefix + to}. */
    void insertMany(String prefix, int from, int to) throws SQLException {
        database.execute("INSERT INTO " + table + " (id, key, payload) SELECT '" + prefix + "' || n, 'k', n::text"
                + " FROM generate_series(" + from + ", " + to + ") g(n) ORDER BY g.n");
    }

    void insert(Connection connection, String id) throws SQLException {
        execute(connection, "INSERT INTO " + table + " (id, key, payload) VALUES ('" + id + "', 'k', '" + id + "')");
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    List<String> query(String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }

    /** The ids that stand in the table. */
    List<String> standing() {
        try {
            return query("SELECT id::text FROM " + table + " ORDER BY 1");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
