package io.outboxrelay.demo;

import io.outboxrelay.testkit.DeduplicatingConsumer;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.MySqlServer;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.ServerPair;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The database and the broker, with everything that the services and the relay need in them.
 *
 * <p>Database {@value Shop#NAME} holds the order service's tables and the outbox, database {@value #WAREHOUSE} those of the
 * consumer, always in PostgreSQL. The relay has a role of its own with the few rights that it needs.
 *
 * @param mySql where the shop is, or null where that is PostgreSQL, too
 */
record Servers(
        EmbeddedDatabase database,
        EmbeddedKafka kafka,
        @Nullable MySqlServer mySql) implements AutoCloseable {
    static final String WAREHOUSE = "warehouse";
    static final String RELAY_ROLE = "outbox_relay";
    static final String RELAY_PASSWORD = "demo only";
    /** Of the replication slot, and of the publication. */
    static final String SLOT = "outbox_relay";

    /** The topic of the events that only show that the relay works. */
    static final String GREETINGS = "outbox.event.greeting";

    static final int PARTITIONS = 3;

    /** Names of the topics that the relay derives from the aggregate types. */
    static List<String> topics() {
        return OutboxSchema.AGGREGATE_TYPES.stream()
                .map(type -> "outbox.event." + type)
                .toList();
    }

    /**
     * Starts both at the same time and fills them.
     *
     * @throws DemoFailure when one of them does not start; the other is stopped then
     */
    static Servers started(SourceKind source) {
        MySqlServer mySql = source == SourceKind.DEBEZIUM_ON_MYSQL ? MySqlStart.started() : null;
        try {
            ServerPair servers = ServerPair.started(() -> startDatabase(source), Servers::startKafka);
            return new Servers(servers.database(), servers.kafka(), mySql);
        } catch (IllegalStateException e) {
            if (mySql != null) {
                mySql.close();
            }
            throw new DemoFailure(String.valueOf(e.getMessage()), e);
        }
    }

    Shop shop() {
        return mySql == null ? Shop.of(database) : Shop.of(mySql);
    }

    String warehouseUrl() {
        return database.jdbcUrl(EmbeddedDatabase.SUPERUSER, WAREHOUSE);
    }

    @Override
    public void close() {
        try (mySql;
                database) {
            kafka.close();
        }
    }

    private static EmbeddedKafka startKafka() {
        EmbeddedKafka kafka = EmbeddedKafka.started();
        topics().forEach(topic -> kafka.createTopic(topic, PARTITIONS));
        kafka.createTopic(GREETINGS, 1);
        return kafka;
    }

    private static EmbeddedDatabase startDatabase(SourceKind source) {
        EmbeddedDatabase database = EmbeddedDatabase.builder()
                .passwordsRequired()
                .config("max_prepared_transactions", "200")
                .config("wal_level", source == SourceKind.DEBEZIUM ? "logical" : "replica")
                .start();
        try {
            if (source != SourceKind.DEBEZIUM_ON_MYSQL) {
                createShop(database, source);
            }
            database.createDatabase(WAREHOUSE);
            database.execute(WAREHOUSE, DeduplicatingConsumer.CREATE_TABLE + Warehouse.CREATE_TABLE);
            return database;
        } catch (SQLException e) {
            database.close();
            throw new DemoFailure("cannot create the tables: " + e.getMessage(), e);
        }
    }

    private static void createShop(EmbeddedDatabase database, SourceKind source) throws SQLException {
        database.createDatabase(Shop.NAME);
        database.execute(Shop.NAME, OutboxSchema.standard().createAll() + relayRole(source));
        if (source == SourceKind.DEBEZIUM) {
            // Not in a transaction that has written something.
            database.execute(Shop.NAME, "SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
        }
    }

    private static String relayRole(SourceKind source) {
        if (source == SourceKind.DEBEZIUM) {
            return """
                CREATE ROLE %1$s LOGIN REPLICATION PASSWORD '%2$s';
                CREATE PUBLICATION %4$s FOR TABLE %3$s WITH (publish = 'insert');
                """.formatted(
                            RELAY_ROLE, RELAY_PASSWORD, OutboxSchema.standard().table(), SLOT);
        }
        return """
                CREATE ROLE %1$s LOGIN PASSWORD '%2$s';
                GRANT SELECT, DELETE ON %3$s TO %1$s;
                GRANT SELECT ON SEQUENCE %3$s_seq_seq TO %1$s;
                """.formatted(RELAY_ROLE, RELAY_PASSWORD, OutboxSchema.standard().table());
    }
}
