package io.outboxrelay.debezium;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What the sources of one relay hand down, one to the next. The source's threads write and read it, one after the other. */
final class LogLineage {

    /** By then it is half a day with the silence that is usual. */
    private static final int DOUBLED_MAX = 12;

    private final LogFigures figures;
    private volatile SlotStreamer.@Nullable Backend streamer;
    private final AtomicLong barriers = new AtomicLong();
    private final AtomicInteger silentEnds = new AtomicInteger();

    LogLineage(LogFigures figures) {
        this.figures = figures;
    }

    LogFigures figures() {
        return figures;
    }

    /** How many messages of its own the relay wrote into the log. */
    AtomicLong barriers() {
        return barriers;
    }

    /**
     * How long silence is borne where nothing tells whether the server has sent anything: twice as long after each attempt that ended
     * by it with nothing that came since. There is no other bound: what takes longer than that would be begun anew for ever.
     */
    Duration patience(Duration silenceMax) {
        return silenceMax.multipliedBy(1L << Math.min(silentEnds.get(), DOUBLED_MAX));
    }

    void endedInSilence() {
        silentEnds.incrementAndGet();
    }

    /** Something came from the server. */
    void newsCame() {
        silentEnds.set(0);
    }

    /** The last one that streamed to this relay; the server may not know yet that nobody listens to it any more. */
    SlotStreamer.@Nullable Backend predecessor() {
        return streamer;
    }

    void streamedBy(SlotStreamer.Backend own) {
        streamer = own;
    }
}
