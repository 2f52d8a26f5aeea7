package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.BenchFailure;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** The rows of one COPY and what is known of their fate. Filled by the reading thread; the producer's thread calls back. */
final class CeilingSlice implements Callback {
    /** One more than rows without acknowledgement until the slice is complete, so that it is not 0 too early. */
    private final AtomicInteger unacknowledged = new AtomicInteger(1);

    private final CountDownLatch acknowledged = new CountDownLatch(1);
    private volatile @Nullable Exception failure;
    private int rows;
    private long first;
    private long last;

    /** A row is about to be sent. */
    void sending(long number) {
        if (rows++ == 0) {
            first = number;
        }
        last = number;
        unacknowledged.incrementAndGet();
    }

    /** There are no more rows. */
    void complete() {
        settle();
    }

    @Override
    public void onCompletion(RecordMetadata metadata, @Nullable Exception exception) {
        if (exception != null) {
            failure = exception;
        }
        settle();
    }

    private void settle() {
        if (unacknowledged.decrementAndGet() == 0) {
            acknowledged.countDown();
        }
    }

    boolean isAcknowledged() {
        return acknowledged.getCount() == 0;
    }

    /** @throws BenchFailure when a broker refused one */
    void awaitAcknowledged() throws InterruptedException {
        acknowledged.await();
        Exception refused = failure;
        if (refused != null) {
            throw new BenchFailure("a message was refused: " + refused, refused);
        }
    }

    int rows() {
        return rows;
    }

    long first() {
        return first;
    }

    long last() {
        return last;
    }
}
