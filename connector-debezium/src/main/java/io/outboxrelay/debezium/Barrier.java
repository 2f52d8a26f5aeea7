package io.outboxrelay.debezium;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.slot.StreamLook;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A message of the relay's own in the log, which has to come back in the stream. When other tables are busy, nothing else would
 * tell how far the log was read, and the slot would keep all of it; and when nothing comes, it shows whether anything could. It is
 * written only when there is something to tell: a timer would keep a quiet database writing. Used by the watch's thread only.
 *
 * <p>It belongs to no transaction, so PostgreSQL decodes it at once, behind every transaction that committed before it. Before
 * version 14 pgoutput sends no messages, but it sends the end of every transaction of the database, whatever that wrote: there the
 * slot follows by those.
 */
final class Barrier {

    /** The prefix of the messages. */
    static final String PREFIX = "outbox-relay-barrier";

    private static final int SINCE_VERSION = 140_000;

    /** As much of the log stands unconfirmed before it is worth a message. */
    private static final long WORTH_BYTES = 256 << 10;

    /** More than what a quiet server writes by itself after a barrier, so that one is not answered by the next for ever. */
    private static final long NOISE_BYTES = 1_024;

    private static final String EMIT =
            "SELECT (pg_logical_emit_message(false, '" + PREFIX + "', ?) - '0/0'::pg_lsn)::bigint";
    private static final String SENT = "SELECT (sent_lsn - '0/0'::pg_lsn)::bigint FROM pg_stat_replication"
            + " WHERE pid = ? AND sent_lsn IS NOT NULL";

    private final Connection connection;
    private final StreamHealth health;
    private final LogLineage lineage;
    private final Duration silenceMax;

    private long number;
    private long writtenLsn;
    private long writtenNanos;

    Barrier(Connection connection, StreamHealth health, LogLineage lineage, Duration silenceMax) {
        this.connection = connection;
        this.health = health;
        this.lineage = lineage;
        this.silenceMax = silenceMax;
    }

    /**
     * Writes one where it is worth it, and misses the last one where it should have come.
     *
     * @throws RelayException TRANSIENT when the stream says nothing though it should
     */
    void tend(StreamLook look, long confirmedLsn, int streamer, long nowNanos) throws SQLException {
        if (look.server().version() < SINCE_VERSION) {
            return;
        }
        if (health.hasNews()) {
            lineage.newsCame();
        }
        if (health.barrierReturned() < number) {
            missIfDue(streamer, nowNanos);
            return;
        }
        long written = look.server().writtenLsn();
        boolean quiet = health.isListening(nowNanos);
        boolean lags = written - Math.max(confirmedLsn, writtenLsn) > WORTH_BYTES;
        boolean untold = written - Math.max(writtenLsn, confirmedLsn) > NOISE_BYTES
                && health.silentNanos(nowNanos) > silenceMax.toNanos() / 2;
        if (quiet && (lags || untold)) {
            write(nowNanos);
        }
    }

    private void write(long nowNanos) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EMIT)) {
            statement.setString(1, health.barrier(number + 1));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                writtenLsn = row.getLong(1);
            }
        }
        number++;
        writtenNanos = nowNanos;
        lineage.barriers().incrementAndGet();
    }

    /** A server that is still decoding what others wrote has sent nothing yet, and is waited for. */
    private void missIfDue(int streamer, long nowNanos) throws SQLException {
        long since = Math.min(nowNanos - writtenNanos, health.silentNanos(nowNanos));
        if (since <= silenceMax.toNanos() || !health.isListening(nowNanos)) {
            return;
        }
        Long sent = sent(streamer);
        if (sent != null) {
            if (sent >= writtenLsn) {
                throw dead(since, "though the server has sent something: the connection is dead");
            }
            return;
        }
        // A role without pg_read_all_stats is not told. So that slow decoding is not begun anew for ever, this grows.
        if (since > lineage.patience(silenceMax).toNanos()) {
            lineage.endedInSilence();
            throw dead(since, "though there is something to come: the connection is dead, or the server very busy");
        }
    }

    private static RelayException dead(long sinceNanos, String why) {
        return new RelayException(
                FailureKind.TRANSIENT,
                "nothing has come from the log for " + TimeUnit.NANOSECONDS.toSeconds(sinceNanos) + " s, " + why,
                "nothing, if it happens once: the relay connects again; else check the network");
    }

    /** How far the server has sent, or null where it does not tell. */
    private @Nullable Long sent(int streamer) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SENT)) {
            statement.setInt(1, streamer);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? (Long) row.getLong(1) : null;
            }
        }
    }
}
