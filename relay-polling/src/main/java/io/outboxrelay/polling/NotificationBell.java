package io.outboxrelay.polling;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * "Look now", rung by any thread and taken by the source's thread, which it wakes. However often it is rung before it is taken,
 * it wakes once.
 */
final class NotificationBell {

    private final AtomicBoolean rung = new AtomicBoolean();
    private final Thread reader;

    /** @param reader the thread to wake */
    NotificationBell(Thread reader) {
        this.reader = reader;
    }

    void ring() {
        if (rung.compareAndSet(false, true)) {
            LockSupport.unpark(reader);
        }
    }

    boolean isRung() {
        return rung.get();
    }

    /** Whether it was rung since it was last taken. A read that begins after this sees whatever was committed before the ring. */
    boolean take() {
        return rung.getAndSet(false);
    }
}
