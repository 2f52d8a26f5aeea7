package io.outboxrelay.polling;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What outlives a database session and is handed to the next one: nothing that was learnt of the table, only how the relay
 * gets along with the server. One for each relay; safe to use from any thread.
 */
final class SessionLineage {

    /** A session as the server tells it apart from every other, also from a later one with the same process number. */
    record Backend(int pid, String startedAt) {}

    /**
     * How far the outbox is published, as this relay knows.
     *
     * @param version of the state
     * @param extent that was stored last, or was found
     * @param origin of which database that is true
     * @param timeline on which it was stored
     */
    record Published(long version, PublishedExtent extent, StateOrigin origin, long timeline) {}

    private final PollingCounters counters;
    private final Patience patience;
    private final AtomicReference<@Nullable Backend> predecessor = new AtomicReference<>();

    private volatile boolean polled;

    private final AtomicReference<@Nullable Published> published = new AtomicReference<>();

    SessionLineage(PollingCounters counters) {
        this(counters, new Patience());
    }

    SessionLineage(PollingCounters counters, Patience patience) {
        this.counters = counters;
        this.patience = patience;
    }

    PollingCounters counters() {
        return counters;
    }

    Patience patience() {
        return patience;
    }

    /**
     * The last session of this relay that took the outbox's lock; null when none did yet, or when that session may belong to
     * somebody else by now. It may still live at the server.
     */
    @Nullable
    Backend predecessor() {
        return predecessor.get();
    }

    /** How far this relay knows the outbox to be published, where rows are kept; null before it knows. Never a place to go on from. */
    @Nullable
    Published published() {
        return published.get();
    }

    void published(Published now) {
        published.set(now);
    }

    /** Numbers were seen to go back: what is known is true of nothing that can still be told apart. */
    void distrust() {
        published.updateAndGet(known -> known == null
                ? null
                : new Published(known.version(), known.extent(), known.origin().distrusted(), known.timeline()));
    }

    /** Whether numbers were seen to go back while this version was stored, which could not be noted in it. */
    boolean isDistrusted(long version) {
        Published known = published.get();
        return known != null
                && known.version() == version
                && known.origin().sequenceFilenode() == StateOrigin.DISTRUSTED;
    }

    /** Whether a session of this relay has found the outbox fit to be polled. */
    boolean hasPolled() {
        return polled;
    }

    void polls() {
        polled = true;
    }

    /** @param backend null where a pooler keeps the session and may give it to others */
    void tookLock(@Nullable Backend backend) {
        predecessor.set(backend);
    }
}
