package io.outboxrelay.testkit;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A real MySQL server on a loopback port, which writes a binary log of rows. The address and the data outlive {@link #crash()} and
 * {@link #stop()}; {@link #start()} brings the same server back. {@link #close()} deletes the data; so does the end of the JVM, whatever
 * ended it. {@value #SUPERUSER} is let in without a password.
 *
 * <p>Unless an option says otherwise the server is a fast one that is not safe against a power cut; against {@link #crash()} it is as
 * safe as any.
 *
 * <p>Safe to use from any thread; start, stop, crash and close exclude each other.
 */
public final class MySqlServer implements AutoCloseable {
    /** The user who may do everything. */
    public static final String SUPERUSER = "root";

    private static final String URL_OPTIONS = "allowPublicKeyRetrieval=true&allowMultiQueries=true";
    private static final int BIND_ATTEMPTS_MAX = 5;
    private static final long START_MAX_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_NANOS = 50_000_000;

    private final MySqlProcess process;

    private MySqlServer(MySqlProcess process) {
        this.process = process;
    }

    /** Options for a server; {@link Builder#start()} starts it. */
    public static Builder builder(MySqlPrograms programs) {
        return new Builder(programs);
    }

    /** The same before and after a restart. */
    public int port() {
        return process.port();
    }

    /** URL of a database without any user in it, as a configuration file has it. */
    public String url(String database) {
        return "jdbc:mysql://127.0.0.1:" + process.port() + "/" + database;
    }

    /** URL of a database for the superuser, who may send several statements at once. */
    public String jdbcUrl(String database) {
        return url(database) + "?" + URL_OPTIONS + "&user=" + SUPERUSER;
    }

    /** A new connection of the superuser to no database; the caller closes it. */
    public Connection connect() throws SQLException {
        return connect("");
    }

    /** A new connection of the superuser to a database; the caller closes it. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(jdbcUrl(database));
    }

    /** Runs statements, separated by semicolons, as the superuser. */
    public void execute(String sql) throws SQLException {
        execute("", sql);
    }

    /** Runs statements, separated by semicolons, as the superuser in a database. */
    public void execute(String database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, as text; null where that is NULL or there is no row. */
    public @Nullable String ask(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    /** Path of the server's log, for a failure message. */
    public Path log() {
        return process.log();
    }

    /** Starts the server on its address and data, with crash recovery where that is due; nothing when it is running. */
    public synchronized void start() {
        if (process.isAlive()) {
            return;
        }
        process.launch();
        long deadline = System.nanoTime() + START_MAX_NANOS;
        while (!letsIn()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                process.kill();
                throw new IllegalStateException("MySQL did not start: " + process.logText());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** Ends the server in good order. */
    public synchronized void stop() {
        process.stop();
    }

    /** Ends the server at once, as a crash of its process would. The server is gone when this returns. */
    public synchronized void crash() {
        process.kill();
    }

    /** Ends the server and deletes its data. */
    @Override
    public synchronized void close() {
        process.delete();
    }

    private boolean letsIn() {
        try (Connection connection = connect()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Options of a server. Confined to one thread. */
    public static final class Builder {
        private final MySqlPrograms programs;
        private final Map<String, String> options = new TreeMap<>(Map.of(
                "server-id", "1",
                "log-bin", "binlog",
                "binlog-format", "ROW",
                // On by default in the newest.
                "gtid-mode", "OFF",
                "sync-binlog", "0",
                "innodb-flush-log-at-trx-commit", "2",
                "innodb-buffer-pool-size", "64M"));

        private Builder(MySqlPrograms programs) {
            this.programs = programs;
        }

        /** Any option by its name on the command line, such as {@code binlog-row-image}; replaces this class's own. */
        public Builder option(String name, String value) {
            options.put(name, value);
            return this;
        }

        /** Transactions have global identifiers. */
        public Builder gtid() {
            return option("gtid-mode", "ON").option("enforce-gtid-consistency", "ON");
        }

        /** Starts the server on a port that is free now. */
        public MySqlServer start() {
            for (int attempt = 1; ; attempt++) {
                MySqlProcess process = new MySqlProcess(programs.find(), new TreeMap<>(options));
                MySqlServer server = new MySqlServer(process);
                try {
                    process.initialise();
                    server.start();
                    return server;
                } catch (IllegalStateException e) {
                    server.close();
                    // Another process can take the port between the choice and the bind; another port then.
                    if (attempt == BIND_ATTEMPTS_MAX
                            || !String.valueOf(e.getMessage()).contains("Do you already have another mysqld server")) {
                        throw e;
                    }
                }
            }
        }
    }
}
