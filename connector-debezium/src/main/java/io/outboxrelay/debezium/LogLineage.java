package io.outboxrelay.debezium;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the sources of one relay hand down, one to the next. The source's threads write and read it, one after the other. */
final class LogLineage {

    private final LogFigures figures;
    private volatile @Nullable Streamer streamer;
    private final AtomicLong barriers = new AtomicLong();

    LogLineage(LogFigures figures) {
        this.figures = figures;
    }

    /**
     * The process of the server that streamed.
     *
     * @param startedAt as the server writes it, so that nobody who got the same number later is taken for it
     */
    record Streamer(int pid, String startedAt) {}

    LogFigures figures() {
        return figures;
    }

    /** How many messages of its own the relay wrote into the log. */
    AtomicLong barriers() {
        return barriers;
    }

    /** The last one that streamed to this relay; the server may not know yet that nobody listens to it any more. */
    @Nullable
    Streamer predecessor() {
        return streamer;
    }

    void streamedBy(Streamer own) {
        streamer = own;
    }
}
