package io.outboxrelay.debezium.rows;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Deletes rows of the outbox once their events are acknowledged, on a thread {@code relay-delete} with a connection of its own.
 * Reading waits where that is slower; for rows that cannot be deleted it waits for {@link Bounds#worthAWord} at most.
 *
 * <p>A row is deleted <em>before</em> its place in the log is stored and confirmed. So whatever a crash leaves standing is read,
 * published and deleted once more; told the other way round, rows would stand for ever that nobody reads again. For the same reason
 * rows that cannot be deleted hold back what is confirmed, but only for {@link Bounds#patience}, and only as many as {@link
 * Bounds#bytesMax} allows: the log behind them fills the server's disk.
 */
public final class RowDeletion implements SettledRows {

    /** Rows that come one by one are not deleted one by one: each time costs a commit. */
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Somebody holds a lock, or a constraint, a trigger or the value's form refuses: of one row perhaps, and not of others. */
    private static final String LOCKED = "55P03";

    private static final Set<String> BY_ROW = Set.of(LOCKED, "40P01", "40001", "57014");
    private static final String RAISED = "P0";
    private static final Set<String> CLASSES_BY_ROW = Set.of("22", "23", RAISED);
    private static final String HOLDERS =
            "end the transaction that holds it: SELECT pid, xact_start, usename, state, query FROM pg_stat_activity"
                    + " WHERE xact_start IS NOT NULL ORDER BY xact_start; or wait for it";

    private final Supplier<RowDelete> sessions;
    private final ConnectionSettings settings;
    private final Bounds bounds;
    private final RowFigures figures;
    private final RowQueue queue;
    private final Thread thread = PipelineThreads.daemon("relay-delete", this::run);
    private final Hindrance hindrance;

    private volatile boolean ending;
    private volatile @Nullable Failure failure;
    private boolean started;
    private @Nullable RowDelete session;
    private @Nullable String known;

    /**
     * Of a table of PostgreSQL's. Connects once there is something to be deleted.
     *
     * @param identity asked for then: what the stream was checked against; null for what is there when it first connects
     */
    public RowDeletion(
            ConnectionSettings settings,
            Rows rows,
            Bounds bounds,
            RowFigures figures,
            Supplier<@Nullable String> identity) {
        this.sessions = () -> {
            PostgresRowDelete made = PostgresRowDelete.of(settings, rows, known == null ? identity.get() : known);
            known = made.identity();
            return made;
        };
        this.settings = settings;
        this.bounds = bounds;
        this.figures = figures;
        this.queue = new RowQueue(
                bounds.bytesMax(),
                bounds.patience().toNanos(),
                bounds.worthAWord().toNanos());
        this.hindrance = new Hindrance(rows.table().toString(), bounds);
    }

    /**
     * Whose rows.
     *
     * @param id the column of their ids
     * @param publication what the table is in
     */
    public record Rows(TableName table, String id, String publication) {}

    /**
     * What rows that cannot be deleted may cost.
     *
     * @param bytesMax how much memory the ids of rows may take that wait for it
     * @param patience how long they hold back what is confirmed to the database; afterwards a crash leaves them standing
     * @param pause how long to wait before another attempt
     * @param worthAWord how long until the log tells of it, and reading no longer waits for it
     */
    public record Bounds(long bytesMax, Duration patience, Duration pause, Duration worthAWord) {

        public static final Bounds DEFAULT =
                new Bounds(8L << 20, Duration.ofMinutes(5), Duration.ofSeconds(1), Duration.ofSeconds(5));
    }

    @Override
    public void handedOn(long ordinal, String id) {
        queue.handedOn(ordinal, id);
    }

    @Override
    public boolean settled(long ordinal) {
        long nowNanos = System.nanoTime();
        if (queue.settled(ordinal, nowNanos)) {
            if (started) {
                LockSupport.unpark(thread);
            } else {
                started = true;
                thread.start();
            }
        }
        return queue.hasRoom(nowNanos);
    }

    @Override
    public boolean isDone(long ordinal) {
        Failure ended = failure;
        if (ended != null) {
            throw new RelayException(ended);
        }
        return queue.isDone(ordinal, System.nanoTime());
    }

    @Override
    public void close() {
        ending = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        try {
            while (!ending) {
                List<String> ids = queue.take(System.nanoTime());
                if (!ids.isEmpty()) {
                    delete(ids);
                }
                count();
                if (ids.size() < RowQueue.PORTION_ROWS_MAX && !ending) {
                    LockSupport.parkNanos(this, ids.isEmpty() ? IDLE_NANOS : PACE_NANOS);
                }
            }
        } catch (RuntimeException | Error e) {
            failure = Failure.of(
                    FailureKind.BUG, "deleting ended: " + e, "report this, with the stack trace from the log", e);
        } finally {
            closeSession();
            figures.waiting(0);
            if (hindrance.isPast(System.nanoTime())) {
                figures.left(queue.rowsStanding());
            }
        }
    }

    private void count() {
        figures.waiting(queue.rowsStanding());
        long left = queue.takeGivenUp();
        figures.left(left);
        hindrance.givenUp(left, System.nanoTime());
    }

    private void delete(List<String> ids) {
        try {
            if (session == null) {
                session = sessions.get();
            }
            int deleted = session.delete(ids);
            figures.deleted(deleted);
            hindrance.counted(ids.size(), deleted, System.nanoTime());
            queue.deleted();
            if (!queue.isHindered()) {
                hindrance.over();
            }
        } catch (SQLException e) {
            boolean byRow = isByRow(e);
            refused(said(e), byRow);
            if (!byRow) {
                closeSession();
            }
        } catch (RelayException e) {
            refused(e.failure(), false);
            closeSession();
            if (e.failure().loginRefused()) {
                // Another attempt reads the password anew, which may have been replaced.
                failure = e.failure();
            }
        } catch (RuntimeException | Error e) {
            // The thread must go on: the source waits for it.
            refused(Failure.of(FailureKind.BUG, "deleting failed: " + e, "report this", e), false);
            closeSession();
        }
    }

    private Failure said(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        if (state.startsWith(RAISED)) {
            String what = "a trigger refuses it (SQLSTATE " + state
                    + "; its words may quote a row and stand in the server's log only)";
            return Failure.of(FailureKind.TRANSIENT, what, "change it, or what it objects to", e);
        }
        if (state.equals(LOCKED)) {
            return Failure.of(FailureKind.TRANSIENT, "somebody holds a lock", HOLDERS, e);
        }
        return PostgresFailures.classify(e, settings);
    }

    private void refused(Failure why, boolean byRow) {
        queue.refused(byRow, System.nanoTime());
        hindrance.met(why, System.nanoTime());
        if (!byRow) {
            pause(bounds.pause());
        }
    }

    private void pause(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (!ending && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(this, end - System.nanoTime());
        }
    }

    private static boolean isByRow(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return BY_ROW.contains(state) || (state.length() == 5 && CLASSES_BY_ROW.contains(state.substring(0, 2)));
    }

    private void closeSession() {
        if (session != null) {
            session.close();
            session = null;
        }
    }
}
