package io.outboxrelay.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C, or any other signal that asks this JVM to end: noticed here, acted upon by the main thread, which then ends in
 * good order. Safe to use from any thread.
 */
final class StopSignal {
    private static final long ORDERLY_END_SECONDS_MAX = 60;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int exitStatus;

    private StopSignal() {}

    /** One that is raised by {@link #request} only. */
    static StopSignal idle() {
        return new StopSignal();
    }

    /** One that signals of the operating system raise as well, from now on. */
    static StopSignal installed() {
        StopSignal signal = new StopSignal();
        Runtime.getRuntime().addShutdownHook(new Thread(signal::onShutdown, "demo-shutdown"));
        return signal;
    }

    /** Asks for the end. */
    void request() {
        requested.countDown();
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits so long, or until the end is asked for; returns whether it is. */
    boolean await(Duration time) {
        try {
            return requested.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Everything is cleaned up: the JVM may go, with this status. */
    void ended(int status) {
        exitStatus = status;
        ended.countDown();
    }

    private void onShutdown() {
        if (ended.getCount() == 0) {
            return;
        }
        request();
        boolean orderly = false;
        try {
            orderly = ended.await(ORDERLY_END_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // A shutdown hook cannot choose the exit status otherwise: the JVM would end with 128 + the signal's number.
        Runtime.getRuntime().halt(orderly ? exitStatus : 1);
    }
}
