package io.outboxrelay.outbox;

/** Unparks the loop. Any thread may call it, at any time and as often as it likes; it never blocks and never throws. */
@FunctionalInterface
public interface Wakeup {
    void wake();
}
