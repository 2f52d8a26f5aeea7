package io.outboxrelay.sidecar;

import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.EmbeddedKafka;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One PostgreSQL and one Kafka for all integration tests of this module; both end with the JVM. A test that stops one of them
 * brings it back. Used by one thread at a time.
 */
final class SharedServers {
    static final String ROLE = "relay_role";
    static final String PASSWORD = "r3lay-s3cret";

    /** May replicate, and nothing else. */
    static final String LOG_ROLE = "log_role";

    private static final AtomicInteger SCENES = new AtomicInteger();
    private static final SharedServers SERVERS = start();

    private final EmbeddedDatabase database;
    private final EmbeddedKafka kafka;

    private SharedServers(EmbeddedDatabase database, EmbeddedKafka kafka) {
        this.database = database;
        this.kafka = kafka;
    }

    static EmbeddedDatabase database() {
        return SERVERS.database;
    }

    static EmbeddedKafka kafka() {
        return SERVERS.kafka;
    }

    /** A name for a database and a prefix for topics that nobody had before. */
    static String newName() {
        return "scene" + SCENES.incrementAndGet();
    }

    private static SharedServers start() {
        try {
            EmbeddedDatabase database = EmbeddedDatabase.builder()
                    .passwordsRequired()
                    .config("track_commit_timestamp", "on")
                    .config("wal_level", "logical")
                    .config("max_replication_slots", "50")
                    .config("max_wal_senders", "50")
                    .start();
            database.execute("CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + PASSWORD + "'; CREATE ROLE " + LOG_ROLE
                    + " LOGIN REPLICATION PASSWORD '" + PASSWORD + "'");
            return new SharedServers(database, EmbeddedKafka.started());
        } catch (SQLException e) {
            throw new IllegalStateException("the servers for the tests do not start", e);
        }
    }
}
