package io.outboxrelay.sidecar;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** With which status the process ends, and when: once all pipelines have stopped, at the latest. Safe to use from any thread. */
final class ProcessEnd {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");

    private static final List<Integer> FROM_GOOD_TO_BAD =
            List.of(ExitCodes.STOPPED, ExitCodes.FAILED, ExitCodes.MISCONFIGURED, ExitCodes.BUG);

    private final AtomicBoolean decided = new AtomicBoolean();
    private final CompletableFuture<Integer> status = new CompletableFuture<>();
    private int running;
    private int worst = ExitCodes.STOPPED;

    /** @param pipelines how many there are */
    ProcessEnd(int pipelines) {
        this.running = pipelines;
    }

    /** With what it ends, once that is decided. */
    int status() {
        return status.join();
    }

    /** Waits until it is decided with which status it ends, for so long at most. */
    boolean isDecidedWithin(long millis) throws InterruptedException {
        try {
            status.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends it at once; false where its end was decided already. */
    boolean now(int exitStatus) {
        return now(exitStatus, () -> {});
    }

    /** The same, with something to be said before: once its end is known, the process is gone at once, and whoever is in the middle of a word with it. */
    boolean now(int exitStatus, Runnable lastWords) {
        boolean isFirst = decided.compareAndSet(false, true);
        if (isFirst) {
            try {
                lastWords.run();
            } finally {
                status.complete(exitStatus);
            }
        }
        return isFirst;
    }

    /** Something befell a pipeline: when the process ends, it is with this status, unless something worse happens. */
    synchronized void notBetterThan(int exitStatus) {
        if (FROM_GOOD_TO_BAD.indexOf(exitStatus) > FROM_GOOD_TO_BAD.indexOf(worst)) {
            worst = exitStatus;
        }
    }

    /** A stop was asked for that may not end by itself: after so long it ends, and what was on its way may be published again. */
    void atTheLatestAfter(Duration time) {
        CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    notBetterThan(ExitCodes.FAILED);
                    now(worst(), () -> LOG.warn("a pipeline does not end; the process ends without it"));
                });
    }

    /** One of the pipelines has come to its end; the last one ends the process. */
    synchronized void oneStopped(int exitStatus) {
        notBetterThan(exitStatus);
        if (--running == 0) {
            now(worst);
        }
    }

    private synchronized int worst() {
        return worst;
    }
}
