package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.OutboxMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What an engine does with publishers, in its simplest form: keeps a window, replaces a broken publisher, replays from the
 * oldest unsettled message, and stops before a message that is refused for good. Observes what comes of it.
 */
final class PublishRun implements Outcomes, AutoCloseable {

    private static final int WINDOW_RECORDS = 20_000;

    final List<Failure> failures = new ArrayList<>();
    final Set<Long> refused = new HashSet<>();
    final List<OutboxMessage> messages = new ArrayList<>();
    long slowestSendNanos;

    /** Whether those behind a refused message may be published: what is refused counts as done with. */
    boolean passesRefused;

    private final KafkaPublishers publishers;
    private final Thread loop = Thread.currentThread();
    private final Set<Long> settledAhead = new HashSet<>();
    private Publisher publisher;
    private long sent;
    private long floor;
    private boolean broken;

    PublishRun(PublisherSettings settings) {
        this(() -> settings);
    }

    /** With settings that change from one publisher to the next. */
    PublishRun(Supplier<PublisherSettings> settings) {
        this.publishers = new KafkaPublishers(settings);
        this.publisher = publishers.open(this::wake);
    }

    private void wake() {
        LockSupport.unpark(loop);
    }

    PublishRun add(OutboxMessage message) {
        messages.add(message);
        return this;
    }

    Publisher publisher() {
        return publisher;
    }

    /** The number of the first message that is not published. */
    long floor() {
        return floor;
    }

    /** How many messages the current publisher has taken, or earlier ones have published. */
    long sent() {
        return sent;
    }

    int published() {
        return (int) floor + settledAhead.size();
    }

    boolean isEverythingPublished() {
        return floor == messages.size();
    }

    /** Everything in front of the first refused message is published. */
    boolean isEverythingPublishedUpToARefusedOne() {
        return refused.contains(floor);
    }

    void runOnce() {
        publisher.drain(this, System.nanoTime());
        if (broken) {
            broken = false;
            publisher.close();
            publisher = publishers.open(this::wake);
            sent = floor;
            settledAhead.clear();
        }
        boolean idle = true;
        while ((passesRefused || refused.isEmpty()) && sent < messages.size() && sent - floor < WINDOW_RECORDS) {
            long before = System.nanoTime();
            publisher.send(sent, messages.get((int) sent));
            slowestSendNanos = Math.max(slowestSendNanos, System.nanoTime() - before);
            sent++;
            idle = false;
        }
        if (idle) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    void runUntil(Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "not within " + atMost + ": published " + published() + " of " + messages.size()
                                + ", floor " + floor + ", sent " + sent + ", failures " + failures + ", waiting for "
                                + publisher.waitingFor());
            }
            runOnce();
        }
    }

    @Override
    public void published(long number, int partition, long offset) {
        if (number < floor || !settledAhead.add(number)) {
            throw new AssertionError("message " + number + " was published twice, says the publisher");
        }
        while (settledAhead.remove(floor)) {
            floor++;
        }
    }

    @Override
    public boolean refused(long number, Failure failure) {
        note(failure);
        assertThat(failure.kind()).isEqualTo(FailureKind.POISON);
        refused.add(number);
        if (passesRefused) {
            published(number, 0, -1);
        }
        return passesRefused;
    }

    @Override
    public void failed(long number, Failure failure) {
        note(failure);
        assertThat(failure.kind()).isNotEqualTo(FailureKind.POISON);
        broken = true;
    }

    private void note(Failure failure) {
        if (broken) {
            throw new AssertionError("a second failure of a broken publisher: " + failure);
        }
        failures.add(failure);
    }

    @Override
    public void close() {
        publisher.close();
    }
}
