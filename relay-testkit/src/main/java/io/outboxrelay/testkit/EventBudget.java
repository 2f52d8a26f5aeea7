package io.outboxrelay.testkit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many events may still be committed. Writers reserve before a transaction and return what did not commit, so that a
 * run ends at exactly the number asked for. Safe to use from any thread.
 */
final class EventBudget {
    private final boolean limited;
    private final AtomicLong free;
    private final AtomicLong outstanding = new AtomicLong();

    /** 0 is no limit. */
    EventBudget(long eventsMax) {
        limited = eventsMax > 0;
        free = new AtomicLong(limited ? eventsMax : Long.MAX_VALUE);
    }

    /** Takes up to {@code wanted} events; 0 when there are none left now. */
    int reserve(int wanted) {
        // Outstanding first: otherwise a run could look complete while this reservation is being made.
        outstanding.addAndGet(wanted);
        long before = free.getAndUpdate(left -> left - Math.min(left, wanted));
        int taken = (int) Math.min(before, wanted);
        outstanding.addAndGet(taken - wanted);
        return taken;
    }

    /** Ends a reservation, of which so many committed. */
    void settle(int reserved, int committed) {
        free.addAndGet(reserved - committed);
        outstanding.addAndGet(-reserved);
    }

    /** Nothing left to reserve at this moment; rollbacks may return something. */
    boolean isSpent() {
        return limited && free.get() <= 0;
    }

    /** Everything asked for is committed. */
    boolean isComplete() {
        return isSpent() && outstanding.get() == 0 && isSpent();
    }
}
