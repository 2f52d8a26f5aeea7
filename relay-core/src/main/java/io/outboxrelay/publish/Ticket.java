package io.outboxrelay.publish;

import io.outboxrelay.outbox.OutboxMessage;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way, from {@link Publisher#send} to its outcome. The only object per message besides Kafka's own.
 *
 * <p>Belongs to the loop's thread. Kafka's I/O thread calls {@link #onCompletion} once, which fills in {@link #error} and
 * hands the ticket back through the {@link Mailbox}; that hand-over is what makes the error visible.
 */
final class Ticket implements Callback {

    private static final AtomicIntegerFieldUpdater<Ticket> COMPLETED =
            AtomicIntegerFieldUpdater.newUpdater(Ticket.class, "completed");

    final long number;
    final Lane lane;

    /** Nobody else of its lane is in Kafka's hands together with it: what the broker says is about this message alone. */
    boolean alone;

    /** Delivered to the loop. */
    boolean settled;

    /** What became of it: null for published. Valid once it came out of the mailbox. */
    @Nullable
    Exception error;

    /** Where the message stands, as far as Kafka has said. Valid once it came out of the mailbox. */
    int partition = RecordMetadata.UNKNOWN_PARTITION;

    long offset = -1;

    /** The mailbox's link. */
    @Nullable
    Ticket next;

    private final Mailbox mailbox;
    private @Nullable OutboxMessage message;
    private @Nullable Thread sender;
    private @Nullable Exception refusal;

    @SuppressWarnings("UnusedVariable") // used through COMPLETED
    private volatile int completed;

    Ticket(long number, OutboxMessage message, Lane lane, Mailbox mailbox) {
        this.number = number;
        this.message = message;
        this.lane = lane;
        this.mailbox = mailbox;
    }

    /** The message, as long as it is being held back. */
    OutboxMessage message() {
        return Objects.requireNonNull(message, "already in Kafka's hands");
    }

    /** To be called before the producer's send, by the thread that sends. */
    void beforeSend() {
        refusal = null;
        sender = Thread.currentThread();
    }

    /** What the producer reported before its send returned, so that the message was not taken, or null. */
    @Nullable
    Exception refusal() {
        return refusal;
    }

    /** The message is in Kafka's hands and needs no second reference. */
    void handedOver() {
        message = null;
    }

    /**
     * Told by Kafka. The producer reports what it refuses on the spot through this very callback, on the thread that sends
     * ({@code KafkaProducer.doSend} catches every {@code ApiException}); everything later comes on its I/O thread.
     */
    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (Thread.currentThread() == sender) {
            refusal = exception;
        } else {
            complete(metadata, exception);
        }
    }

    /**
     * Sends the ticket back with its outcome: null for published. Only the first time counts: a producer in its fatal state
     * throws although it has appended the message, and reports it once more when it drops its batches.
     */
    void complete(@Nullable Exception outcome) {
        complete(null, outcome);
    }

    private void complete(@Nullable RecordMetadata metadata, @Nullable Exception outcome) {
        if (COMPLETED.compareAndSet(this, 0, 1)) {
            error = outcome;
            if (metadata != null) {
                partition = metadata.partition();
                offset = metadata.offset();
            }
            mailbox.offer(this);
        }
    }
}
