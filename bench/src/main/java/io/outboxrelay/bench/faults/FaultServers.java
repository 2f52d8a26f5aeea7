package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.TcpProxy;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.LoggerFactory;

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
        // Two threads that log first at the same time would make SLF4J complain on the terminal.
        LoggerFactory.getILoggerFactory();
        TcpProxy toKafka = TcpProxy.started();
        CompletableFuture<EmbeddedKafka> kafka = CompletableFuture.supplyAsync(
                () -> EmbeddedKafka.builder().proxiedAt(toKafka.port()).start());
        EmbeddedDatabase database = withRole(EmbeddedDatabase.builder().passwordsRequired());
        try {
            toKafka.forwardTo(kafka.join().proxiedPort());
            return new FaultServers(database, kafka.join(), TcpProxy.before(database.port()), toKafka);
        } catch (CompletionException e) {
            database.close();
            toKafka.close();
            throw new BenchFailure("Kafka did not start: " + e.getCause(), e);
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
