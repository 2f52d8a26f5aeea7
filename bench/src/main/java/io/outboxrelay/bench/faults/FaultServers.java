package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.ServerPair;
import io.outboxrelay.testkit.TcpProxy;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A database and a broker, each with a proxy before it through which the relay, and nobody else, reaches it. Safe to use from
 * any thread.
 */
record FaultServers(EmbeddedDatabase database, EmbeddedKafka kafka, TcpProxy toDatabase, TcpProxy toKafka)
        implements AutoCloseable {
    static final String ROLE = "relay_role";
    static final String PASSWORD = "r3lay-s3cret";

    private static final AtomicInteger STAGES = new AtomicInteger();

    /** Starts both at the same time. */
    static FaultServers started() {
        TcpProxy toKafka = TcpProxy.started();
        try {
            ServerPair servers = ServerPair.started(
                    () -> withRole(EmbeddedDatabase.builder().passwordsRequired()),
                    () -> EmbeddedKafka.builder().proxiedAt(toKafka.port()).start());
            toKafka.forwardTo(servers.kafka().proxiedPort());
            TcpProxy toDatabase = TcpProxy.before(servers.database().port());
            return new FaultServers(servers.database(), servers.kafka(), toDatabase, toKafka);
        } catch (IllegalStateException e) {
            toKafka.close();
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    /** A database with the relay's role in it. */
    static EmbeddedDatabase withRole(EmbeddedDatabase.Builder builder) {
        EmbeddedDatabase database = builder.start();
        try {
            database.execute("CREATE ROLE " + ROLE + " LOGIN PASSWORD '" + PASSWORD + "'");
            return database;
        } catch (SQLException e) {
            database.close();
            throw new BenchFailure("the relay's role could not be created: " + e.getMessage(), e);
        }
    }

    /** The same broker with another database. */
    FaultServers with(EmbeddedDatabase other) {
        return new FaultServers(other, kafka, TcpProxy.before(other.port()), toKafka);
    }

    /** A name for a database, and a prefix for topics, that nobody had before. */
    static String newName() {
        return "fault" + STAGES.incrementAndGet();
    }

    @Override
    public void close() {
        toDatabase.close();
        toKafka.close();
        try (database) {
            kafka.close();
        }
    }
}
