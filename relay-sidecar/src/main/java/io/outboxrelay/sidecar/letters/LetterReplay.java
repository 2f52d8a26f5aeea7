package io.outboxrelay.sidecar.letters;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.SideClients;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the events of dead letters, each once the one before it is acknowledged, with key, payload and headers of their own, and
 * {@code replayed-at} behind these. The letters stay where they are. Used by one thread.
 */
public final class LetterReplay implements AutoCloseable {

    /** Says when an event was published anew. */
    public static final String REPLAYED_AT = "replayed-at";

    private static final double NANOS_PER_SECOND = 1e9;

    private final Producer<byte[], byte[]> writer;
    private final @Nullable String topic;
    private final long paceNanos;
    private final boolean keepsTimes;
    private final InstantSource clock;
    private long nextAtNanos;

    /**
     * A replay that publishes nothing yet.
     *
     * @param topic where all of them go, or null for each to where it was to go
     * @param perSecondMax how many a second at most, above 0
     * @param keepsTimes whether events have a time of their own, and not that of publishing
     */
    public LetterReplay(
            SideClients clients, @Nullable String topic, int perSecondMax, boolean keepsTimes, InstantSource clock) {
        this.writer = clients.eventWriter();
        this.keepsTimes = keepsTimes;
        this.topic = topic;
        this.paceNanos = Math.round(NANOS_PER_SECOND / perSecondMax);
        this.clock = clock;
        this.nextAtNanos = System.nanoTime();
    }

    /** Where the event of a letter would go; null where neither the letter nor whoever replays says so. */
    public static @Nullable String topicOf(StandingLetter letter, @Nullable String topic) {
        return topic == null ? letter.meant() : topic;
    }

    /**
     * Publishes the event of a letter, and waits for its turn and for the acknowledgement.
     *
     * @throws RelayException what keeps it from being published; it may stand in the topic all the same where no answer came
     */
    public void publish(StandingLetter letter) throws InterruptedException {
        String to = topicOf(letter, topic);
        if (to == null) {
            throw new IllegalArgumentException("nobody says where event " + letter.id() + " is to go");
        }
        awaitTurn();
        try {
            writer.send(event(letter, to)).get();
        } catch (ExecutionException | KafkaException e) {
            Failure failure = SideClients.classify(e);
            throw new RelayException(failure.about("event " + letter.id()));
        }
    }

    private ProducerRecord<byte[], byte[]> event(StandingLetter letter, String to) {
        ConsumerRecord<byte[], byte[]> record = letter.message();
        RecordHeaders headers = new RecordHeaders();
        for (Header header : letter.own()) {
            if (!header.key().equals(REPLAYED_AT)) {
                headers.add(header);
            }
        }
        String now = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
        headers.add(REPLAYED_AT, now.getBytes(UTF_8));
        // A letter has the time of its event, where that has one.
        Long time = keepsTimes ? record.timestamp() : null;
        return new ProducerRecord<>(to, null, time, record.key(), record.value(), headers);
    }

    private void awaitTurn() throws InterruptedException {
        for (long wait = nextAtNanos - System.nanoTime(); wait > 0; wait = nextAtNanos - System.nanoTime()) {
            LockSupport.parkNanos(this, wait);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        nextAtNanos = Math.max(nextAtNanos, System.nanoTime() - paceNanos) + paceNanos;
    }

    @Override
    public void close() {
        writer.close();
    }
}
