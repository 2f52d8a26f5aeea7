package io.outboxrelay.testkit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** A database and a broker that were started at the same time, which takes half as long as one after the other. */
public record ServerPair(EmbeddedDatabase database, EmbeddedKafka kafka) {

    /**
     * Starts both, each on a thread of its own.
     *
     * @throws IllegalStateException when one of them does not start, with its failure as the cause; the other is stopped then
     */
    public static ServerPair started(Supplier<EmbeddedDatabase> startDatabase, Supplier<EmbeddedKafka> startKafka) {
        // Two threads that log first at the same time would make SLF4J complain on the terminal.
        LoggerFactory.getILoggerFactory();
        CompletableFuture<EmbeddedKafka> kafka = CompletableFuture.supplyAsync(startKafka);
        CompletableFuture<EmbeddedDatabase> database = CompletableFuture.supplyAsync(startDatabase);
        try {
            return new ServerPair(database.join(), kafka.join());
        } catch (CompletionException e) {
            // Waits for the slower one as well: nothing must be left behind.
            stop(kafka);
            stop(database);
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IllegalStateException("PostgreSQL or Kafka did not start: " + cause.getMessage(), cause);
        }
    }

    private static void stop(CompletableFuture<? extends AutoCloseable> server) {
        server.handle((started, failure) -> started)
                .thenAccept(ServerPair::closeIfStarted)
                .join();
    }

    private static void closeIfStarted(@Nullable AutoCloseable server) {
        if (server == null) {
            return;
        }
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException("cannot stop a server: " + e.getMessage(), e);
        }
    }
}
