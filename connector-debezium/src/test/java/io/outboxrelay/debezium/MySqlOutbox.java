package io.outboxrelay.debezium;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.debezium.DebeziumSettings.MySqlLog;
import io.outboxrelay.debezium.DebeziumSettings.Reading;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.store.StateFile;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.MySqlPrograms;
import io.outboxrelay.testkit.MySqlServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** A table in a MySQL server whose log is read, a file for what the relay must remember, and a user who may do no more than that. */
public final class MySqlOutbox {

    private static final String USER = "log_reader";
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Reading HASTY = new Reading(
            4_096,
            8L << 20,
            Duration.ofSeconds(20),
            Duration.ofMillis(20),
            Duration.ofMillis(200),
            Duration.ofSeconds(5));

    final MySqlServer server;
    final String table;
    private final Path state;

    private MySqlOutbox(MySqlServer server, Path state, String table) {
        this.server = server;
        this.state = state;
        this.table = table;
    }

    /** What servers there are to read from, numbering transactions or not. */
    public enum Kind {
        NEWEST_BY_GTID(MySqlPrograms.NEWEST, true),
        EIGHT_BY_FILE(MySqlPrograms.EIGHT, false),
        EIGHT_BY_GTID(MySqlPrograms.EIGHT, true),
        NEWEST_BY_FILE(MySqlPrograms.NEWEST, false);

        public final MySqlPrograms programs;
        final boolean gtid;
        private @Nullable MySqlServer shared;

        Kind(MySqlPrograms programs, boolean gtid) {
            this.programs = programs;
            this.gtid = gtid;
        }

        /** One for all classes that leave it as they found it, until the JVM ends. */
        public synchronized MySqlServer shared() throws SQLException {
            if (shared == null) {
                shared = start();
            }
            return shared;
        }

        /** A server, with the database and the user. */
        MySqlServer start() throws SQLException {
            MySqlServer.Builder builder = MySqlServer.builder(programs);
            MySqlServer server = (gtid ? builder.gtid() : builder).start();
            server.execute("CREATE DATABASE shop; CREATE USER " + USER + "@'%' IDENTIFIED BY 's3cret-pw';"
                    + "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO " + USER + "@'%'");
            return server;
        }
    }

    static MySqlOutbox standard(MySqlServer server, Path directory) throws SQLException {
        return called(server, directory, "outbox_" + COUNT.get());
    }

    /** A table of this name. */
    static MySqlOutbox called(MySqlServer server, Path directory, String table) throws SQLException {
        MySqlOutbox outbox = new MySqlOutbox(server, directory.resolve("state-" + COUNT.incrementAndGet()), table);
        server.execute("CREATE TABLE shop.`" + outbox.table
                + "` (id VARCHAR(50) NOT NULL PRIMARY KEY, aggregatetype VARCHAR(50) DEFAULT 'order', aggregateid VARCHAR(50),"
                + " type VARCHAR(50), payload LONGTEXT) CHARACTER SET utf8mb4; GRANT SELECT ON shop.`" + outbox.table
                + "` TO "
                + USER + "@'%'");
        return outbox;
    }

    /** Whose rows are numbered by the server. */
    static MySqlOutbox numbered(MySqlServer server, Path directory) throws SQLException {
        MySqlOutbox outbox = standard(server, directory);
        server.execute(
                "ALTER TABLE shop." + outbox.table + " ADD COLUMN seq BIGINT NOT NULL AUTO_INCREMENT UNIQUE FIRST");
        return outbox;
    }

    /** The server may take a moment to see that whoever read, or repaired, has gone. */
    void awaitUnclaimed() {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> server.ask("SELECT IS_USED_LOCK('outbox-relay/shop." + table + "')") == null);
    }

    /** What the relay must remember, to be changed. */
    StateStore store() {
        return StateFile.open(state);
    }

    /** The same, to be looked at. */
    SortedMap<String, String> stored() {
        return StateFile.peek(state);
    }

    /** The same under another name, by which it is not there yet. */
    MySqlOutbox named(String name) {
        return new MySqlOutbox(server, state, name);
    }

    DebeziumSettings settings() {
        return settings(ConnectionSettings.of(server.url("shop"), USER, "s3cret-pw"));
    }

    DebeziumSettings settings(ConnectionSettings connection) {
        return new DebeziumSettings(
                connection, TableOutbox.of(table), new MySqlLog("", 0), HASTY, PassedThrough.NOTHING);
    }

    LogConsumer consumer(String... columns) {
        return LogConsumer.of(source(settings(), columns));
    }

    /** A source for one attempt. */
    OutboxSource source(DebeziumSettings settings, String... columns) {
        return DebeziumSource.factory(
                        () -> settings,
                        new OutboxColumns(List.of(columns)),
                        () -> StateFile.open(state),
                        new LogFigures())
                .get();
    }

    /** Inserts rows of one transaction, their ids a prefix and a number from 0 on. */
    void insert(String prefix, int rows) throws SQLException {
        StringBuilder sql = new StringBuilder("START TRANSACTION;");
        for (int n = 0; n < rows; n++) {
            sql.append("INSERT INTO shop.`")
                    .append(table)
                    .append("` (id, aggregateid, payload) VALUES ('")
                    .append(prefix)
                    .append(n)
                    .append("', 'key', 'payload ")
                    .append(n)
                    .append("');");
        }
        server.execute(sql.append("COMMIT").toString());
    }

    /** Inserts a row at a time, on a thread of its own, until it is over. */
    Future<?> insertUntil(AtomicBoolean over) {
        return executeUntil(over, n -> "INSERT INTO " + table + " (id) VALUES ('" + n + "')");
    }

    /** Executes statements, which get numbers from 0 on, on a thread of its own, until it is over. */
    Future<?> executeUntil(AtomicBoolean over, IntFunction<String> numbered) {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            return thread.submit(() -> {
                try (Connection connection = server.connect("shop");
                        Statement statement = connection.createStatement()) {
                    for (int n = 0; !over.get(); n++) {
                        statement.execute(numbered.apply(n));
                    }
                    return null;
                }
            });
        } finally {
            thread.shutdown();
        }
    }
}
