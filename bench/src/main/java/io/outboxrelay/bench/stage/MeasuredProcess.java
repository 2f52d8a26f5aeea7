package io.outboxrelay.bench.stage;

/** A process that publishes what stands in the outbox: the relay, or what it is compared with. Closing ends it. */
public interface MeasuredProcess extends AutoCloseable {
    long pid();

    /** @throws RuntimeException with what it said last, when it has ended */
    void requireRunning();

    /** An exception that holds what it said last. */
    RuntimeException failure(String what);

    @Override
    void close();
}
