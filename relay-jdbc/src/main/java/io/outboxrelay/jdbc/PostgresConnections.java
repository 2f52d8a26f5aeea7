package io.outboxrelay.jdbc;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
                    + " SET bytea_output = 'hex'; SET extra_float_digits = 1; SET standard_conforming_strings = on";

    /**
     * The driver's own log repeats a URL that it cannot read, with the password in it. What matters comes as an exception. Held
     * here, because loggers are forgotten with their level when nobody holds them.
     */
    private static final Logger DRIVER_LOG = Logger.getLogger("org.postgresql");

    static {
        DRIVER_LOG.setLevel(Level.OFF);
    }

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
        try {
            Connection connection = connect();
            try (Statement statement = connection.createStatement()) {
                statement.execute(RENDERING);
                return connection;
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    private Connection connect() throws SQLException {
        // Not through DriverManager: it would answer "no suitable driver" with the state of a refused connection.
        Driver driver = new Driver();
        Connection connection = driver.acceptsURL(settings.url()) ? driver.connect(settings.url(), properties()) : null;
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
