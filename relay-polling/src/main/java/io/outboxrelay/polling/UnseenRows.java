package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Notices an application that deletes its rows by itself, maybe in the transaction that inserts them, as is usual where the log is read: polling
 * never sees one of them, and would be lost without a word. By the server's own counts of inserts and deletes, while the relay itself
 * neither reads nor deletes a row: what is inserted and rolled back is counted as inserted only. Counts come a little late, so they are
 * looked at once nothing was read for a while. Used by the source's thread only.
 */
final class UnseenRows {

    /** Sessions tell the server what they counted within a minute. */
    static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(90);

    static final long BETWEEN_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final String COUNTS =
            "SELECT coalesce(sum(n_tup_ins), 0)::bigint, coalesce(sum(n_tup_del), 0)::bigint"
                    + " FROM pg_stat_all_tables WHERE relid = ANY(?::bigint[]::oid[])";

    private final PollingSession session;
    private final SourceWatch watch;
    private final boolean kept;
    private @Nullable Counts before;
    private long lookAtNanos;

    UnseenRows(PollingSession session, SourceWatch watch, long nowNanos) {
        this.session = session;
        this.watch = watch;
        this.kept = session.table().retained() instanceof OutboxTable.Kept;
        this.lookAtNanos = nowNanos + QUIET_NANOS;
    }

    private record Counts(long inserted, long deleted) {}

    /** The relay has read rows, or removed some. */
    void seen(long nowNanos) {
        before = null;
        lookAtNanos = nowNanos + QUIET_NANOS;
        watch.done(SourceWatch.Step.SEEING);
    }

    /** When to look next. */
    long lookAtNanos() {
        return lookAtNanos;
    }

    /** Looks at what the server counted since it was looked last. */
    void look(long nowNanos) throws SQLException {
        Counts now = counts();
        Counts last = before;
        before = now;
        lookAtNanos = nowNanos + BETWEEN_NANOS;
        if (last == null) {
            return;
        }
        long inserted = now.inserted() - last.inserted();
        long deleted = now.deleted() - last.deleted();
        if (!isUnseen(inserted, deleted)) {
            watch.done(SourceWatch.Step.SEEING);
            return;
        }
        String table = session.table().identity().quotedName();
        watch.heldUp(
                SourceWatch.Step.SEEING,
                new SourceWatch.Obstacle(
                        "rows of " + table + " have passed unseen",
                        inserted + " were inserted and " + deleted + " deleted by others within "
                                + TimeUnit.NANOSECONDS.toSeconds(BETWEEN_NANOS)
                                + " s, and none was there to be read: the application deletes its rows by itself, as for a relay that reads"
                                + " the log, and these events are lost to polling",
                        "have the application leave its rows to the relay; or set source.type=debezium, which sees rows that are deleted at once"),
                nowNanos);
    }

    /** Where rows are kept, others may delete those that are published; then there are hardly as many as are inserted. */
    private boolean isUnseen(long inserted, long deleted) {
        return inserted > 0 && (kept ? inserted == deleted : deleted > 0);
    }

    private Counts counts() throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(COUNTS)) {
            statement.setArray(
                    1,
                    session.connection()
                            .createArrayOf(
                                    "int8",
                                    session.table().identity().treeOids().toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Counts(row.getLong(1), row.getLong(2));
            }
        }
    }
}
