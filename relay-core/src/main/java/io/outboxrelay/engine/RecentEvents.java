package io.outboxrelay.engine;

import io.outboxrelay.outbox.OutboxMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events that were acknowledged last. To note one costs a few stores and makes nothing; what others may read is made at most
 * ten times a second. Used by the loop's thread only.
 */
final class RecentEvents {

    static final int EVENTS_MAX = 10;

    private static final long INTERVAL_NANOS = Duration.ofMillis(100).toNanos();

    // Not the messages: they would keep their payloads from being freed.
    private final String[] ids = new String[EVENTS_MAX];
    private final String[] topics = new String[EVENTS_MAX];
    private final int[] partitions = new int[EVENTS_MAX];
    private final long[] offsets = new long[EVENTS_MAX];
    private long noted;
    private long told;
    private boolean everTold;
    private long toldAtNanos;

    void note(OutboxMessage message, int partition, long offset) {
        int place = (int) (noted % EVENTS_MAX);
        ids[place] = message.id();
        topics[place] = message.topic();
        partitions[place] = partition;
        offsets[place] = offset;
        noted++;
    }

    /** The events, newest first, or null when there is no news, or was some a moment ago. */
    @Nullable
    List<PublishedEvent> takeNews(long nowNanos) {
        if (noted == told || (everTold && nowNanos - toldAtNanos < INTERVAL_NANOS)) {
            return null;
        }
        told = noted;
        toldAtNanos = nowNanos;
        everTold = true;
        List<PublishedEvent> newest = new ArrayList<>(EVENTS_MAX);
        for (long n = noted - 1; n >= 0 && n >= noted - EVENTS_MAX; n--) {
            int place = (int) (n % EVENTS_MAX);
            newest.add(new PublishedEvent(ids[place], topics[place], partitions[place], offsets[place]));
        }
        return List.copyOf(newest);
    }
}
