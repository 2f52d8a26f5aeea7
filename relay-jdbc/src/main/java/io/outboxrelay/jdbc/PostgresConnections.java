package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Opens connections to PostgreSQL that notice a dead peer and render values alike wherever the relay runs. Immutable; may be
 * used from any thread, while a connection it opened belongs to one thread.
 */
public final class PostgresConnections {

    /** Values are published as the server renders them: neither the role's settings nor this machine's time zone may show in them. */
    private static final String RENDERING =
            "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';"
                    + " SET bytea_output = 'hex'; SET extra_float_digits = 1; SET standard_conforming_strings = on;"
                    + " SET lc_monetary = 'C'; SET quote_all_identifiers = off";

    /**
     * The driver's own log repeats a URL that it cannot read, with the password in it. What matters comes as an exception. Held
     * here, because loggers are forgotten with their level when nobody holds them.
     */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    static {
        DRIVER_LOG.setLevel(Level.OFF);
    }

    private static final String NOT_ALLOWED = "42501";

    private final ConnectionSettings settings;

    public PostgresConnections(ConnectionSettings settings) {
        this.settings = settings;
    }

    public ConnectionSettings settings() {
        return settings;
    }

    /**
     * A new connection: autocommit on, UTF-8, application name {@code outbox-relay}. Blocks for at most about twice the
     * connect timeout.
     *
     * @throws RelayException classified, if there is no connection to be had
     */
    public Connection open() {
        return opened(connection -> {});
    }

    /**
     * A new connection, as {@link #open}, whose database session belongs to it alone for as long as it lasts. Behind a pooler,
     * further connections are opened and closed to find that out, which can take a few seconds.
     *
     * @throws RelayException classified, if there is no connection to be had; MISCONFIGURED if a pooler shares its session
     */
    public Connection openSession() {
        return opened(connection -> {
            // Before anything is set: what is set in a shared session, an application finds there.
            Failure shared = new PoolerCheck(settings, this::bare).check(connection);
            if (shared != null) {
                throw new RelayException(shared);
            }
        });
    }

    /**
     * A new connection that takes commands of the replication protocol, and ordinary statements as simple ones; nothing is set in it.
     * Poolers do not pass it on.
     *
     * @throws RelayException classified, if there is none to be had; MISCONFIGURED if the role may not replicate
     */
    public Connection openReplication() {
        try {
            Properties properties = properties();
            PGProperty.REPLICATION.set(properties, "database");
            PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "13");
            PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
            return connect(properties);
        } catch (SQLException e) {
            Failure failure = PostgresFailures.classify(e, settings);
            if (NOT_ALLOWED.equals(e.getSQLState())) {
                String role = settings.username() == null ? "ROLE" : Identifiers.quote(settings.username());
                failure = Failure.of(
                        failure.kind(),
                        failure.problems().get(0).what(),
                        "ALTER ROLE " + role
                                + " REPLICATION -- as a superuser; hosted databases have a role to grant instead",
                        e);
            }
            throw new RelayException(failure);
        }
    }

    private Connection opened(Check check) {
        Connection connection = bare();
        try (Statement statement = connection.createStatement()) {
            check.accept(connection);
            statement.execute(RENDERING);
            return connection;
        } catch (SQLException e) {
            close(connection, e);
            throw new RelayException(PostgresFailures.classify(e, settings));
        } catch (RuntimeException e) {
            close(connection, e);
            throw e;
        }
    }

    private static void close(Connection connection, Exception reason) {
        try {
            connection.close();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    /** A new connection in which nothing was set yet. */
    private Connection bare() {
        try {
            return connect(properties());
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    private interface Check {
        void accept(Connection connection) throws SQLException;
    }

    private Connection connect(Properties properties) throws SQLException {
        List<Problem> problems = UrlParameters.of(settings.url()).problems();
        if (!problems.isEmpty()) {
            throw new RelayException(new Failure(FailureKind.MISCONFIGURED, problems, null));
        }
        // Not through DriverManager: it would answer "no suitable driver" with the state of a refused connection.
        Driver driver = new Driver();
        Connection connection = driver.acceptsURL(settings.url()) ? driver.connect(settings.url(), properties) : null;
        if (connection == null) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "not a PostgreSQL JDBC URL: " + settings.urlShown(),
                    "set source.url to jdbc:postgresql://host:5432/database");
        }
        return connection;
    }

    private Properties properties() {
        Properties properties = new Properties();
        if (settings.username() != null) {
            PGProperty.USER.set(properties, settings.username());
        }
        if (settings.password() != null) {
            PGProperty.PASSWORD.set(properties, settings.password());
        }
        int connectTimeoutSeconds = (int) Math.max(1, settings.connectTimeout().toSeconds());
        PGProperty.CONNECT_TIMEOUT.set(properties, connectTimeoutSeconds);
        PGProperty.LOGIN_TIMEOUT.set(properties, connectTimeoutSeconds);
        PGProperty.SOCKET_TIMEOUT.set(properties, (int) settings.socketTimeout().toSeconds());
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.APPLICATION_NAME.set(properties, "outbox-relay");
        return properties;
    }
}
