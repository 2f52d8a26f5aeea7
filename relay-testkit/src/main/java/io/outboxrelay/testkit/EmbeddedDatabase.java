package io.outboxrelay.testkit;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server on a loopback port, with the programs from the class path.
 *
 * <p>The address and the data outlive {@link #crash()} and {@link #stop()}; {@link #start()} brings the same server back.
 * {@link #close()} deletes the data; so does the end of the JVM, whatever ended it. Whoever connects as the superuser
 * {@value #SUPERUSER} is trusted; other roles too, unless {@link Builder#passwordsRequired()}.
 *
 * <p>Unless an option says otherwise the server is a fast one that is not safe against a power cut ({@code fsync=off});
 * against {@link #crash()} it is as safe as any, since the operating system goes on.
 *
 * <p>Safe to use from any thread; start, stop, crash and close exclude each other.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    /** The role that may do everything. */
    public static final String SUPERUSER = "postgres";

    private static final int BIND_ATTEMPTS_MAX = 5;
    private static final int RELOAD_LOOKS_MAX = 500;
    private static final int REVIVAL_LOOKS_MAX = 1_500;
    private static final long LOOK_NANOS = 20_000_000;

    private final PostgresServer server;

    private EmbeddedDatabase(PostgresServer server) {
        this.server = server;
    }

    /** Options for a server; {@link Builder#start()} starts it. */
    public static Builder builder() {
        return new Builder();
    }

    /** A server with default options. */
    public static EmbeddedDatabase started() {
        return builder().start();
    }

    /** A streaming standby of this server, which is stopped for a moment meanwhile. The caller closes both. */
    public EmbeddedDatabase standby() {
        PostgresServer standby = server.standby(FreePort.pick());
        standby.start();
        return new EmbeddedDatabase(standby);
    }

    /** The same before and after a restart. */
    public int port() {
        return server.port();
    }

    /** URL of the database {@code postgres} for a role, without a password. */
    public String jdbcUrl(String user) {
        return jdbcUrl(user, "postgres");
    }

    /** URL of a database for a role, without a password. */
    public String jdbcUrl(String user, String database) {
        return url(database) + "?user=" + user;
    }

    /** URL of a database without any role in it, as a configuration file has it. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + server.port() + "/" + database;
    }

    /** A new connection of the superuser to the database {@code postgres}; the caller closes it. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl(SUPERUSER));
    }

    /** Runs statements, separated by semicolons, as the superuser in the database {@code postgres}. */
    public void execute(String sql) throws SQLException {
        execute("postgres", sql);
    }

    /** Runs statements, separated by semicolons, as the superuser in a database. */
    public void execute(String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl(SUPERUSER, database));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Creates an empty database; a name that needs no quoting is asked for. */
    public void createDatabase(String name) throws SQLException {
        execute("CREATE DATABASE " + name);
    }

    /**
     * Encrypts connections from now on, for clients that ask for it, and shows them this certificate. Sessions that stand go on
     * as they are.
     */
    public void useCertificate(CertificateAuthority.Identity identity) throws SQLException {
        server.installCertificate(identity);
        execute("ALTER SYSTEM SET ssl = on");
        reload();
    }

    /** Asks clients for a certificate from now on, one of this authority; who shows none is let in as before. */
    public void askForCertificates(CertificateAuthority authority) throws SQLException {
        server.installAuthority(authority.certificate());
        execute("ALTER SYSTEM SET ssl_ca_file = 'clients.crt'");
        reload();
    }

    /** Makes the server read its settings and certificates again; returns once new sessions go by them. */
    private void reload() throws SQLException {
        String before = loadTime();
        execute("SELECT pg_reload_conf()");
        for (int look = 0; loadTime().equals(before); look++) {
            if (look == RELOAD_LOOKS_MAX) {
                throw new IllegalStateException("the server did not read its settings again");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private String loadTime() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_conf_load_time()::text")) {
            row.next();
            return row.getString(1);
        }
    }

    /** Path of the server's log, for a failure message. */
    public Path log() {
        return server.log();
    }

    public boolean isRunning() {
        return server.isRunning();
    }

    /** Starts the server on its address and data, with crash recovery where that is due; nothing when it is running. */
    public void start() {
        server.start();
    }

    /**
     * Starts the server again where it has ended by itself, and waits until it lets clients in.
     *
     * @throws IllegalStateException when it does not
     */
    public void revive() {
        server.revive();
        for (int look = 0; !letsIn(); look++) {
            if (look == REVIVAL_LOOKS_MAX) {
                throw new IllegalStateException("the server does not let clients in, see " + log());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private boolean letsIn() {
        try (Connection connection = connect()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Ends the server in good order: sessions are cut, everything committed is on disk. */
    public void stop() {
        server.stop("fast");
    }

    /**
     * Ends the server at once, as a crash of its process would: sessions are cut in the middle of whatever they do,
     * commits that were not flushed ({@code synchronous_commit=off}) are undone. The server is gone when this returns.
     */
    public void crash() {
        server.stop("immediate");
    }

    /** Ends the server and deletes its data. */
    @Override
    public void close() {
        server.close();
    }

    /** Options of a server. Confined to one thread. */
    public static final class Builder {
        private final Map<String, String> config = new HashMap<>(Map.of(
                "fsync", "off",
                "max_prepared_transactions", "64",
                "max_connections", "200",
                "shared_buffers", "64MB"));
        private boolean passwordsRequired;
        private @Nullable SmallDisk disk;
        private boolean walOnDisk;

        private Builder() {}

        /**
         * A server as PostgreSQL's makers ship it: safe against a power cut, and with nothing of this class's own but what
         * {@link #config} says afterwards. For measurements.
         */
        public Builder asShipped() {
            config.clear();
            return this;
        }

        /** Any server setting, such as {@code wal_level}; replaces this class's own default. */
        public Builder config(String name, String value) {
            config.put(name, value);
            return this;
        }

        /** Roles other than the superuser must give their password (SCRAM). */
        public Builder passwordsRequired() {
            passwordsRequired = true;
            return this;
        }

        /** The server's programs see this disk. Whoever closes the disk closes the server first. */
        public Builder near(SmallDisk where) {
            disk = where;
            return this;
        }

        /** The same, and the write-ahead log is on that disk, in segments of 1 MB. */
        public Builder walOn(SmallDisk where) {
            walOnDisk = true;
            return near(where);
        }

        /** Starts the server on a port that is free now. */
        public EmbeddedDatabase start() {
            for (int attempt = 1; ; attempt++) {
                PostgresServer server = PostgresServer.initialised(
                        FreePort.pick(), new PostgresServer.Options(config, passwordsRequired, disk, walOnDisk));
                try {
                    server.start();
                    return new EmbeddedDatabase(server);
                } catch (IllegalStateException e) {
                    server.close();
                    // Another process can take the port between the choice and the bind; another port then.
                    if (attempt == BIND_ATTEMPTS_MAX || !isBindRace(e)) {
                        throw e;
                    }
                }
            }
        }

        private static boolean isBindRace(IllegalStateException failure) {
            return String.valueOf(failure.getMessage()).contains("could not create any TCP/IP sockets");
        }
    }
}
