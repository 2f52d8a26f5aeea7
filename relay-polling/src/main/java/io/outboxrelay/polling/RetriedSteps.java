package io.outboxrelay.polling;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.polling.SourceWatch.Obstacle;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs steps that others can hold up, though nothing is wrong with the session: a step that was held up is undone and can be
 * tried again later. To end the session instead would publish again everything that is on its way. Says so in the log, at most
 * once a minute, and to the watch. Used by the source's thread only.
 */
final class RetriedSteps {

    private static final Logger LOG = LoggerFactory.getLogger(RetriedSteps.class);
    private static final long WARN_INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    private final Obstacles obstacles;
    private final SourceWatch watch;
    private long nextWarningNanos = System.nanoTime();

    RetriedSteps(OutboxTable table, SourceWatch watch) {
        this.obstacles = new Obstacles(table);
        this.watch = watch;
    }

    /** Something that talks to the database. */
    interface Work {
        void run() throws SQLException;
    }

    /**
     * Runs a step; false when something was in its way that passes ({@link Obstacles}). Nothing has happened then.
     *
     * @throws SQLException the error itself, where it is none that passes; the watch goes on then, so that it can be told how
     *     long the server took for it
     */
    boolean run(SourceWatch.Step step, Work work) throws SQLException {
        watch.asked(System.nanoTime());
        try {
            work.run();
            watch.answered();
            watch.done(step);
            return true;
        } catch (SQLException e) {
            Obstacle obstacle = obstacles.of(step, e);
            if (obstacle == null) {
                throw e;
            }
            long now = System.nanoTime();
            watch.answered();
            watch.heldUp(step, obstacle, now);
            if (now - nextWarningNanos >= 0) {
                LOG.warn("{}, the relay tries again: {} -> {}", obstacle.what(), obstacle.why(), obstacle.remedy());
                nextWarningNanos = now + WARN_INTERVAL_NANOS;
            }
            return false;
        } catch (RelayException e) {
            // What is wrong is in the answer; the session may go on.
            watch.answered();
            throw e;
        }
    }
}
