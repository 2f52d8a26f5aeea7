package io.outboxrelay.bench.stage;

import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.ServerPair;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The database, as PostgreSQL's makers ship it, with the outbox of README.md in it; and the broker. Safe to use from any thread.
 */
public record Servers(EmbeddedDatabase database, EmbeddedKafka kafka) implements AutoCloseable {
    public static final String TABLE = "outbox";
    public static final String RELAY_ROLE = "outbox_relay";
    public static final int PARTITIONS = 8;

    private static final String DATABASE = "shop";
    private static final long BROKER_DEFAULT_MESSAGE_BYTES = 1_048_588;
    private static final long MESSAGE_FRAME_BYTES = 65_536;
    private static final long ADMIN_SECONDS_MAX = 30;

    private static final String CREATE = """
            CREATE TABLE outbox (
              id            uuid   NOT NULL,
              seq           bigint GENERATED ALWAYS AS IDENTITY,
              aggregatetype text   NOT NULL,
              aggregateid   text   NOT NULL,
              type          text   NOT NULL,
              payload       jsonb,
              PRIMARY KEY (seq));
            CREATE ROLE outbox_relay LOGIN;
            GRANT SELECT, DELETE ON outbox TO outbox_relay;
            GRANT SELECT ON SEQUENCE outbox_seq_seq TO outbox_relay;
            """;

    /** Starts both at the same time. */
    public static Servers started() {
        return started(Map.of());
    }

    /** The same with settings of the database's own. */
    public static Servers started(Map<String, String> databaseSettings) {
        try {
            ServerPair servers = ServerPair.started(() -> startDatabase(databaseSettings), Servers::startKafka);
            return new Servers(servers.database(), servers.kafka());
        } catch (IllegalStateException e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    /** A new connection of the superuser; the caller closes it. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(EmbeddedDatabase.SUPERUSER, DATABASE));
    }

    /** Where the relay's role connects to. */
    public String relayUrl() {
        return database.url(DATABASE);
    }

    /** Runs statements, separated by semicolons, as the superuser. */
    public void execute(String sql) throws SQLException {
        database.execute(DATABASE, sql);
    }

    /** A topic with {@value #PARTITIONS} partitions that takes messages with payloads so large. */
    public void createTopic(String name, long payloadBytes) {
        long messageBytesMax = Math.max(BROKER_DEFAULT_MESSAGE_BYTES, payloadBytes + MESSAGE_FRAME_BYTES);
        kafka.createTopic(name, PARTITIONS, Map.of("max.message.bytes", Long.toString(messageBytesMax)));
    }

    /** Deletes a topic, and its data within a minute or so. */
    public void deleteTopic(String name) throws InterruptedException {
        try (var admin = kafka.admin()) {
            admin.deleteTopics(List.of(name)).all().get(ADMIN_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new BenchFailure("topic " + name + " could not be deleted: " + e, e);
        }
    }

    @Override
    public void close() {
        try (database) {
            kafka.close();
        }
    }

    private static EmbeddedKafka startKafka() {
        return EmbeddedKafka.builder().autoCreateTopics(false).start();
    }

    private static EmbeddedDatabase startDatabase(Map<String, String> settings) {
        EmbeddedDatabase.Builder builder = EmbeddedDatabase.builder().asShipped();
        settings.forEach(builder::config);
        EmbeddedDatabase database = builder.start();
        try {
            database.createDatabase(DATABASE);
            database.execute(DATABASE, CREATE);
            return database;
        } catch (SQLException e) {
            database.close();
            throw new BenchFailure("cannot create the outbox: " + e.getMessage(), e);
        }
    }
}
