package io.outboxrelay.bench;

/** A process that empties the outbox into a topic: the relay, or what it is compared with. Closing ends it. */
interface Drainer extends AutoCloseable {
    long pid();

    /** @throws RuntimeException with what it said last, when it has ended */
    void requireRunning();

    /** An exception that holds what it said last. */
    RuntimeException failure(String what);

    @Override
    void close();
}
