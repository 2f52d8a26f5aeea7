package io.outboxrelay.demo;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A thread that repeats a step until it is closed or the step fails, and then closes what the step works on. */
final class Background implements AutoCloseable {
    private static final long END_SECONDS_MAX = 10;

    /** Returns after a short time, whether it had something to do or not. */
    interface Step {
        void run() throws Exception;
    }

    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Exception failure;

    private Background(String name, Step step, AutoCloseable resource) {
        thread = new Thread(() -> repeat(step, resource), name);
        thread.setDaemon(true);
    }

    /** Starts the thread. The resource belongs to it from now on. */
    static Background started(String name, Step step, AutoCloseable resource) {
        Background background = new Background(name, step, resource);
        background.thread.start();
        return background;
    }

    /** Throws what ended the thread, if it has ended by itself. */
    void requireHealthy() {
        Exception cause = failure;
        if (cause != null) {
            throw new DemoFailure(thread.getName() + " failed: " + cause, cause);
        }
    }

    /** Ends the thread after its present step and waits for that, at most 10 seconds. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(END_SECONDS_MAX));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void repeat(Step step, AutoCloseable resource) {
        try (resource) {
            while (!closed) {
                step.run();
            }
        } catch (Exception e) {
            failure = e;
        }
    }
}
