package io.outboxrelay.debezium;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process of the server that streams a slot, asked for and ended over another connection. */
final class SlotStreamer {

    private static final Logger LOG = LoggerFactory.getLogger(SlotStreamer.class);

    private static final String STREAMER =
            "SELECT a.pid, a.backend_start::text FROM pg_replication_slots s JOIN pg_stat_activity a ON a.pid = s.active_pid"
                    + " WHERE s.slot_name = ?";

    private static final String END = "SELECT pg_terminate_backend(pid%s) FROM pg_stat_activity WHERE pid = ?"
            + " AND backend_start = ?::timestamptz";

    /** Until the process has let go of the slot: else the next look would take it for another relay's, as it does before 14. */
    private static final Duration WAIT = Duration.ofSeconds(5);

    private static final int WAITS_SINCE = 14;

    private static final long LOOK_NANOS = 20_000_000;

    private final Connection through;
    private final ConnectionSettings settings;
    private final String slot;
    private final Duration wait;

    SlotStreamer(Connection through, ConnectionSettings settings, String slot) {
        this(through, settings, slot, WAIT);
    }

    /** @param wait how long the server may take to end a process */
    SlotStreamer(Connection through, ConnectionSettings settings, String slot, Duration wait) {
        this.through = through;
        this.settings = settings;
        this.slot = slot;
        this.wait = wait;
    }

    /**
     * A process that streamed.
     *
     * @param startedAt as the server writes it, so that nobody who got the same number later is taken for it
     */
    record Backend(int pid, String startedAt) {}

    /** The one that streams now, or null. */
    @Nullable
    Backend backend() {
        try (PreparedStatement statement = through.prepareStatement(STREAMER)) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Backend(row.getInt(1), row.getString(2)) : null;
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /**
     * Ends this process if it still streams. The server may take the relay's own last stream for alive much longer than the relay does:
     * it would stand by for itself.
     *
     * @return whether the server ended it; one that it does not end is met again as another relay's
     */
    boolean end(@Nullable Backend predecessor) {
        if (predecessor == null || !predecessor.equals(backend())) {
            return false;
        }
        boolean ended;
        boolean waits = serverVersion() >= WAITS_SINCE;
        try (PreparedStatement statement =
                through.prepareStatement(END.formatted(waits ? ", " + wait.toMillis() : ""))) {
            statement.setInt(1, predecessor.pid());
            statement.setString(2, predecessor.startedAt());
            try (ResultSet row = statement.executeQuery()) {
                // Without a row it has ended by itself.
                ended = !row.next() || (row.getBoolean(1) && (waits || isGone(predecessor)));
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
        if (ended) {
            LOG.info("ended the relay's own previous stream, which the server still took for alive");
        } else {
            LOG.warn(
                    "the server was told to end the relay's own previous stream, its process {}, and has not within {} ms:"
                            + " the relay stands by until it does",
                    predecessor.pid(),
                    wait.toMillis());
        }
        return ended;
    }

    private int serverVersion() {
        try {
            return through.getMetaData().getDatabaseMajorVersion();
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /** A server that only passes the signal on says at once that it did. */
    private boolean isGone(Backend told) {
        long end = System.nanoTime() + wait.toNanos();
        while (told.equals(backend())) {
            if (System.nanoTime() - end >= 0) {
                return false;
            }
            LockSupport.parkNanos(this, LOOK_NANOS);
        }
        return true;
    }
}
