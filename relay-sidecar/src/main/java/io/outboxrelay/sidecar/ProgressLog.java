package io.outboxrelay.sidecar;

import io.outboxrelay.engine.LoopProgress;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once a minute how much was published, when anything was, and at the end how much in all. Used by the main thread. */
final class ProgressLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");
    private static final long INTERVAL_NANOS = Duration.ofMinutes(1).toNanos();

    private final LoopProgress progress;
    private long publishedBefore;
    private long nextNanos;

    ProgressLog(LoopProgress progress, long nowNanos) {
        this.progress = progress;
        this.nextNanos = nowNanos + INTERVAL_NANOS;
    }

    void look(long nowNanos) {
        if (nowNanos - nextNanos < 0) {
            return;
        }
        nextNanos = nowNanos + INTERVAL_NANOS;
        long published = progress.published();
        if (published > publishedBefore) {
            LOG.info(
                    "published {} in the last minute, {} in all; {} on their way",
                    shown(published - publishedBefore),
                    shown(published),
                    shown(progress.inFlightRecords()));
        }
        publishedBefore = published;
    }

    void ended(int exitStatus) {
        LOG.info("ended with exit status {}: {} published since the start", exitStatus, shown(progress.published()));
    }

    private static String shown(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
