package io.outboxrelay.debezium;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.slot.StreamGuard;
import io.outboxrelay.jdbc.slot.StreamLook;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread {@code relay-log-watch}: sees to it that slot, publication and table stay what they were, that an idle stream follows
 * the log, and that a silent one is noticed. It has the attempt's own connection from the moment on at which it is started.
 */
final class StreamWatch {

    private static final String LAST_HEARD =
            "SELECT extract(epoch FROM clock_timestamp() - reply_time)::float8 FROM pg_stat_replication"
                    + " WHERE pid = ? AND reply_time IS NOT NULL";

    private final Watched watched;
    private final StreamHealth health;
    private final LogLineage lineage;
    private final DebeziumSettings.Reading reading;
    private final Thread thread = PipelineThreads.daemon("relay-log-watch", this::run);

    private volatile @Nullable Failure failure;
    private volatile boolean ending;

    /** @param watched is used by the watch alone once it was started */
    StreamWatch(Watched watched, StreamHealth health, LogLineage lineage, DebeziumSettings.Reading reading) {
        this.watched = watched;
        this.health = health;
        this.lineage = lineage;
        this.reading = reading;
    }

    /**
     * What is watched, and through what.
     *
     * @param streamer the process of the server that streams
     */
    record Watched(
            Connection connection,
            ConnectionSettings settings,
            StreamGuard guard,
            StoredPosition stored,
            int streamer) {}

    void start() {
        thread.start();
    }

    /** Ends it; the statement it is in may take a little longer. */
    void end() {
        ending = true;
        LockSupport.unpark(thread);
    }

    /** @throws RelayException once something is not what it was */
    void throwIfLost() {
        Failure lost = failure;
        if (lost != null) {
            throw new RelayException(lost);
        }
    }

    private void run() {
        Barrier barrier = new Barrier(watched.connection(), health, lineage, reading.silenceMax());
        try {
            while (!ending) {
                look(barrier);
                LockSupport.parkNanos(this, reading.watchEvery().toNanos());
            }
        } catch (RelayException e) {
            failure = e.failure();
        } catch (SQLException e) {
            failure = PostgresFailures.classify(e, watched.settings());
        } catch (RuntimeException | Error e) {
            failure = Failure.of(
                    FailureKind.BUG, "the watch failed: " + e, "report this, with the stack trace from the log", e);
        }
    }

    private void look(Barrier barrier) throws SQLException {
        StreamLook look = watched.guard().whileRunning(this::stored);
        var place = Objects.requireNonNull(look.slot()).place();
        long confirmed = Objects.requireNonNull(place.confirmedLsn());
        lineage.figures().slotRetains(place.retainedBytes());
        if (ending) {
            return;
        }
        hear();
        barrier.tend(look, confirmed, watched.streamer(), System.nanoTime());
    }

    /**
     * Debezium sends the server a word every second. One that hears nothing shows a connection that is cut in silence. The server
     * tells that only a role with pg_read_all_stats; with any other it is the barrier that is missed.
     */
    private void hear() throws SQLException {
        try (PreparedStatement statement = watched.connection().prepareStatement(LAST_HEARD)) {
            statement.setInt(1, watched.streamer());
            try (ResultSet row = statement.executeQuery()) {
                if (row.next() && row.getDouble(1) > reading.silenceMax().toSeconds()) {
                    throw new RelayException(
                            FailureKind.TRANSIENT,
                            "the server has heard nothing over the replication connection for "
                                    + reading.silenceMax().toSeconds() + " s: it is dead",
                            "nothing, if it happens once: the relay connects again; else check the network");
                }
            }
        }
    }

    private StreamPosition stored() {
        return Objects.requireNonNull(watched.stored().position());
    }
}
