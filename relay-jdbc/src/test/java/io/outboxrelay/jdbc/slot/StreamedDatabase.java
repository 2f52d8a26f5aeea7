package io.outboxrelay.jdbc.slot;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/**
 * A database of its own for one test, with an outbox in a schema that the relay's role may not even look into, a publication and a
 * slot. The role has {@code LOGIN REPLICATION} and nothing else.
 */
final class StreamedDatabase {
    /** Needs quoting wherever it appears. */
    static final String ROLE = "Relay-1";

    static final String OUTBOX =
            "CREATE SCHEMA app; CREATE TABLE app.outbox (id uuid, aggregatetype text, aggregateid text, type text, payload text);"
                    + " REVOKE ALL ON SCHEMA public FROM PUBLIC;";

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final EmbeddedDatabase server;
    private final String name;
    private final SlotRequest request;

    /** With everything as it is to be. */
    StreamedDatabase(EmbeddedDatabase server) throws SQLException {
        this(server, OUTBOX);
        each(List.of(
                statements().createPublication(),
                statements().stamp(null),
                statements().createSlot(180_000),
                statements().noteSlot()));
    }

    /** With a table at most. */
    StreamedDatabase(EmbeddedDatabase server, String setup) throws SQLException {
        this.server = server;
        this.name = "streamed" + COUNT.incrementAndGet();
        this.request = new SlotRequest(
                name + "_slot",
                "Out-" + name,
                TableName.parse("app.outbox"),
                List.of("id", "aggregateid", "payload"),
                false);
        server.createDatabase(name);
        server.execute(name, setup);
    }

    private StreamedDatabase(EmbeddedDatabase server, String name, SlotRequest request) {
        this.server = server;
        this.name = name;
        this.request = request;
    }

    /** The same, with a slot that standbys are to keep. */
    StreamedDatabase withFailover() {
        SlotRequest kept =
                new SlotRequest(request.slot(), request.publication(), request.table(), request.columns(), true);
        return new StreamedDatabase(server, name, kept);
    }

    /** The same database at another server. */
    StreamedDatabase on(EmbeddedDatabase other) {
        return new StreamedDatabase(other, name, request);
    }

    static EmbeddedDatabase server() throws SQLException {
        EmbeddedDatabase server = EmbeddedDatabase.builder()
                .config("wal_level", "logical")
                .config("max_replication_slots", "60")
                .config("max_wal_senders", "60")
                .start();
        server.execute("CREATE ROLE \"Relay-1\" LOGIN REPLICATION");
        return server;
    }

    SlotRequest request() {
        return request;
    }

    StreamStatements statements() {
        return new StreamStatements(request);
    }

    /** The publication's name, quoted. */
    String publication() {
        return statements().publication();
    }

    /** Runs each statement by itself, as psql does, as the superuser. */
    void each(List<String> statements) throws SQLException {
        try (Connection connection = connect()) {
            for (String sql : statements) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(sql);
                }
            }
        }
    }

    void execute(String... statements) throws SQLException {
        each(List.of(statements));
    }

    String value(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** One event more. */
    void insert() {
        try {
            execute("INSERT INTO app.outbox VALUES (gen_random_uuid())");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How far the server's log is written. */
    long insertLsn() {
        return lsn("SELECT pg_current_wal_insert_lsn()");
    }

    /** How far the slot was told. */
    long confirmedLsn() {
        return lsn("SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '" + request.slot() + "'");
    }

    private long lsn(String sql) {
        try {
            return LogSequenceNumber.valueOf(value(sql)).asLong();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of the superuser. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(EmbeddedDatabase.SUPERUSER, name));
    }

    /** A stream from the slot, until it is closed. */
    Streaming stream() throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, ROLE);
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        Connection connection = DriverManager.getConnection(server.url(name), properties);
        PGReplicationStream stream = connection
                .unwrap(PGConnection.class)
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(request.slot())
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", publication())
                .start();
        return new Streaming(connection, stream);
    }

    /** Somebody who streams. */
    record Streaming(Connection connection, PGReplicationStream stream) implements AutoCloseable {
        /** Tells the slot. */
        void confirm(long lsn) {
            stream.setFlushedLSN(LogSequenceNumber.valueOf(lsn));
            try {
                stream.forceUpdateStatus();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    /** What a relay of the role would be told before it starts. */
    StreamPosition begin(@Nullable StreamPosition stored) {
        try (Connection connection = relay()) {
            return guard(connection).beforeStart(stored);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Why a relay would not start. */
    Failure refusal(@Nullable StreamPosition stored) {
        try {
            StreamPosition begun = begin(stored);
            throw new AssertionError("it would start at " + begun);
        } catch (RelayException e) {
            return e.failure();
        }
    }

    /** Everything that is wrong, with the statements against it. */
    List<Finding> findings(@Nullable StreamPosition stored) throws SQLException {
        try (Connection connection = relay()) {
            return guard(connection).findings(stored);
        }
    }

    StreamGuard guard(Connection connection) {
        return new StreamGuard(connection, settings(), request);
    }

    Connection relay() {
        return new PostgresConnections(settings()).open();
    }

    ConnectionSettings settings() {
        return ConnectionSettings.of(server.url(name), ROLE, null);
    }
}
