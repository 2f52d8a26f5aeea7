package io.outboxrelay.engine;

import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.outbox.PipelineThreads;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Drives a {@link RelayLoop} on the thread {@code relay-loop} until it has stopped. The thread parks while there is nothing to
 * do; arrivals and acknowledgements unpark it, nothing spins. {@link LoopPacing} says when.
 */
public final class RelayThread {

    private final RelayLoop loop;
    private final Thread thread;
    private final LoopPacing pacing;

    /** A thread that is not running yet. */
    public RelayThread(RelayPorts ports, LoopSettings settings, Consumer<RelayState> onState) {
        this.thread = PipelineThreads.of("relay-loop", this::run);
        this.pacing = new LoopPacing(thread);
        this.loop = new RelayLoop(ports, settings, pacing, onState);
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
            long now = System.nanoTime();
            loop.progress().turns(now);
            int done = loop.runOnce(now);
            pacing.afterRound(done, loop.progress().inFlightRecords(), loop.idleNanos());
        }
        loop.progress().turnedForTheLastTime();
    }
}
