package io.outboxrelay.engine;

import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.outbox.Wakeup;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Drives a {@link RelayLoop} on the thread {@code relay-loop} until it has stopped. The thread parks while there is nothing to
 * do; arrivals and acknowledgements unpark it, nothing spins.
 */
public final class RelayThread {

    private final RelayLoop loop;
    private final Thread thread;

    /** A thread that is not running yet. */
    public RelayThread(RelayPorts ports, LoopSettings settings, Consumer<RelayState> onState) {
        this.thread = new Thread(this::run, "relay-loop");
        Wakeup unpark = () -> LockSupport.unpark(thread);
        this.loop = new RelayLoop(ports, settings, unpark, onState);
    }

    public void start() {
        thread.start();
    }

    /** The loop that it drives, for its state, its progress and to ask for a stop. */
    public RelayLoop loop() {
        return loop;
    }

    /**
     * Waits until the loop has stopped.
     *
     * @return whether it has, within the time
     */
    public boolean awaitStopped(Duration within) throws InterruptedException {
        thread.join(within.toMillis());
        return !thread.isAlive();
    }

    private void run() {
        while (!(loop.state() instanceof Stopped)) {
            if (loop.runOnce(System.nanoTime()) == 0) {
                LockSupport.parkNanos(this, loop.idleNanos());
            }
        }
    }
}
