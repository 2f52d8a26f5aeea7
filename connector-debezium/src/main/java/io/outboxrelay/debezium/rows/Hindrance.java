package io.outboxrelay.debezium.rows;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells people of rows that cannot be deleted: once when that has lasted, once when the log waits for them no longer, once when it is
 * over. Time comes in as {@link System#nanoTime}. Used by one thread.
 */
final class Hindrance {

    private static final Logger LOG = LoggerFactory.getLogger(Hindrance.class);
    private static final long GIVEN_UP_EVERY_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long NONE_FOR_NANOS = Duration.ofMinutes(1).toNanos();

    private final String table;
    private final RowDeletion.Bounds bounds;

    private @Nullable Long sinceNanos;
    private boolean told;
    private boolean toldPast;
    private @Nullable Long noneSinceNanos;
    private boolean toldNone;
    private boolean toldMore;
    private long givenUp;
    private @Nullable Long givenUpToldNanos;

    Hindrance(String table, RowDeletion.Bounds bounds) {
        this.table = table;
        this.bounds = bounds;
    }

    /** Some rows could not be deleted. */
    void met(Failure why, long nowNanos) {
        if (sinceNanos == null) {
            sinceNanos = nowNanos;
        }
        long lasts = nowNanos - sinceNanos;
        if (!told && lasts >= bounds.worthAWord().toNanos()) {
            told = true;
            Problem problem = why.problems().get(0);
            LOG.warn(
                    "published rows of {} cannot be deleted: {} -> {}. Publishing goes on; for {} s the slot waits for them",
                    table,
                    problem.what(),
                    problem.remedy(),
                    bounds.patience().toSeconds());
        }
        if (!toldPast && isPast(nowNanos)) {
            toldPast = true;
            LOG.warn(
                    "published rows of {} could not be deleted for {} s, and the slot waits for them no longer: they are tried further,"
                            + " but stand for ever once this relay ends, until somebody deletes them",
                    table,
                    bounds.patience().toSeconds());
        }
    }

    /**
     * So many rows were to be deleted, and so many were. That none is there is told only when it lasts: what a relay had deleted that was
     * killed then, the next one reads again.
     */
    void counted(int ids, int rows, long nowNanos) {
        if (rows > 0) {
            noneSinceNanos = null;
        } else if (noneSinceNanos == null) {
            noneSinceNanos = nowNanos;
        } else if (!toldNone && nowNanos - noneSinceNanos >= NONE_FOR_NANOS) {
            toldNone = true;
            LOG.warn(
                    "no published row of {} was there to be deleted for a minute: the application deletes them too, or changes their ids,"
                            + " or a trigger or rule keeps them; what stands of them the relay does not delete",
                    table);
        }
        if (rows > ids && !toldMore) {
            toldMore = true;
            LOG.warn(
                    "{} rows of {} had the ids of {} published ones, and were deleted with them: ids have to be unique",
                    rows,
                    table,
                    ids);
        }
    }

    /** Whether rows are standing that the log waits for no longer. */
    boolean isPast(long nowNanos) {
        return sinceNanos != null && nowNanos - sinceNanos >= bounds.patience().toNanos();
    }

    /** All could be deleted. */
    void over() {
        if (told) {
            LOG.info("published rows of {} are deleted again", table);
        }
        sinceNanos = null;
        told = false;
        toldPast = false;
    }

    /** So many rows, or none, will not be deleted any more. */
    void givenUp(long rows, long nowNanos) {
        givenUp += rows;
        if (givenUp > 0 && (givenUpToldNanos == null || nowNanos - givenUpToldNanos >= GIVEN_UP_EVERY_NANOS)) {
            LOG.warn(
                    "{} published rows of {} are left standing, as more of them cannot be deleted than the relay can remember:"
                            + " they stand until somebody deletes them",
                    givenUp,
                    table);
            givenUp = 0;
            givenUpToldNanos = nowNanos;
        }
    }
}
