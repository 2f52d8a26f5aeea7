package io.outboxrelay.bench.stage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Fills the outbox as a service would, transaction by transaction, only faster. Used by one thread. */
public final class Backlog {
    private static final String COPY =
            "COPY " + Servers.TABLE + " (id, aggregatetype, aggregateid, type, payload) FROM STDIN";

    private final Servers servers;
    private final Workload workload;

    public Backlog(Servers servers, Workload workload) {
        this.servers = servers;
        this.workload = workload;
    }

    /** Writes all events, and returns when they are committed. */
    public void fill() {
        ExecutorService threads = Executors.newFixedThreadPool(workload.writers());
        try {
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            for (int i = 0; i < workload.writers(); i++) {
                int writer = i;
                writers.add(CompletableFuture.runAsync(() -> write(writer), threads));
            }
            writers.forEach(CompletableFuture::join);
        } catch (CompletionException e) {
            throw new BenchFailure("the backlog could not be written: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private void write(int writer) {
        try (Connection connection = servers.connect()) {
            for (long t = writer; t < workload.transactions(); t += workload.writers()) {
                long first = t * workload.rowsPerTransaction();
                writeTransaction(connection, first, Math.min(workload.events(), first + workload.rowsPerTransaction()));
            }
        } catch (SQLException e) {
            throw new CompletionException(e);
        }
    }

    private void writeTransaction(Connection connection, long first, long end) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY);
        try {
            for (long number = first; number < end; number++) {
                String row = String.join(
                        "\t",
                        Workload.idOf(number),
                        Workload.AGGREGATE_TYPE,
                        Workload.key(workload.keyIndexOf(number)),
                        Workload.EVENT_TYPE,
                        workload.payloadOf(number));
                byte[] bytes = (row + "\n").getBytes(UTF_8);
                copy.writeToCopy(bytes, 0, bytes.length);
            }
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }
}
