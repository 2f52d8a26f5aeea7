package io.outboxrelay.debezium.repair;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.PipelineThreads;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Asks again and again, on a thread {@code relay-repair-claim}, whether the session is still there by which a table is claimed, and ends
 * the reading of its rows once it is not.
 */
final class ClaimWatch implements AutoCloseable {

    private final Question question;
    private final Duration askedEvery;
    private final Thread thread = PipelineThreads.daemon("relay-repair-claim", this::watch);
    private volatile @Nullable Failure lost;
    private volatile Runnable cut = () -> {};
    private volatile boolean closed;

    private ClaimWatch(Question question, Duration askedEvery) {
        this.question = question;
        this.askedEvery = askedEvery;
    }

    /** Put to the session, by one thread at a time; throws when the claim is lost, and when there is no answer. */
    interface Question {
        void ask() throws SQLException;
    }

    /** @param askedEvery how often the session is asked */
    static ClaimWatch start(Question question, Duration askedEvery) {
        ClaimWatch watch = new ClaimWatch(question, askedEvery);
        watch.thread.start();
        return watch;
    }

    /** @throws RelayException once it is lost: then others may have read the table, or emptied it */
    void check() {
        ask();
        checkHeard();
    }

    /** The same by what was heard last. Any thread. */
    void checkHeard() {
        Failure heard = lost;
        if (heard != null) {
            throw new RelayException(heard);
        }
    }

    /** The same rows, which end with the claim. */
    StandingRows guarding(StandingRows rows) {
        cut = rows::close;
        if (lost != null) {
            rows.close();
        }
        return new ClaimedRows(rows, this);
    }

    private void watch() {
        while (lost == null && !closed) {
            LockSupport.parkNanos(this, askedEvery.toNanos());
            if (!closed) {
                ask();
            }
        }
    }

    private synchronized void ask() {
        try {
            question.ask();
        } catch (SQLException | RelayException e) {
            if (lost == null && !closed) {
                lost = Failure.of(
                        FailureKind.TRANSIENT,
                        "the session that claimed the table is lost, and others may have read from it since: "
                                + e.getMessage(),
                        "see that the server, or what stands before it, ends no sessions; then run repair again",
                        e);
                cut.run();
            }
        }
    }

    /** Asks no more; the session is its owner's to close. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
