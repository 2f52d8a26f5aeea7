package io.outboxrelay.publish;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxMessage.Header;
import io.outboxrelay.outbox.PipelineThreads;
import io.outboxrelay.outbox.Wakeup;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * One Kafka producer with {@code max.block.ms=0}: it takes a message or refuses it, at once.
 *
 * <p>Read in kafka-clients 4.3.1, {@code KafkaProducer.doSend}: with 0, {@code waitOnMetadata} returns from its cache or asks
 * for the topic and throws a {@code TimeoutException} whose cause is the topic's error, where one is known; {@code
 * BufferPool.allocate} throws a {@code BufferExhaustedException}, which is a {@code TimeoutException} too. Both come before the
 * message is appended, and no {@code TimeoutException} comes after, so who is refused so can be offered again.
 *
 * <p>Belongs to the loop's thread, but for {@link #hasEnded}.
 */
final class ProducerGate implements Lanes.Gate, AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final ProducerVitals vitals;
    private final Wakeup wakeup;
    private final ProducerWatch watch;
    private boolean closed;
    private volatile boolean ended;

    /**
     * Makes the producer. Resolves the host names of the brokers.
     *
     * @throws RelayException TRANSIENT when no broker's name can be resolved, MISCONFIGURED when the settings cannot work
     */
    ProducerGate(PublisherSettings settings, MetadataBell bell, Wakeup wakeup, ProducerWatch watch) {
        this.wakeup = wakeup;
        this.watch = watch;
        try {
            this.producer = new KafkaProducer<>(settings.producerConfig(), bell, new ByteArraySerializer());
        } catch (RuntimeException e) {
            throw new RelayException(SecurityFailures.construction(e, settings));
        }
        this.vitals = new ProducerVitals(producer, settings.encrypts());
        watch.opened(producer);
    }

    @Override
    public @Nullable Exception admit(Ticket ticket) {
        OutboxMessage message = ticket.message();
        ticket.beforeSend();
        try {
            var unused = producer.send(
                    new ProducerRecord<>(
                            message.topic(),
                            null,
                            timestamp(message),
                            message.key(),
                            message.value(),
                            headers(message.headers())),
                    ticket);
        } catch (RuntimeException e) {
            return e;
        }
        if (ticket.refusal() == null && ticket.lane.partitions() == 0) {
            ticket.lane.hasPartitions(partitions(message.topic()));
        }
        return ticket.refusal();
    }

    private static @Nullable Long timestamp(OutboxMessage message) {
        return message.timestampMillis() == OutboxMessage.NO_TIMESTAMP ? null : message.timestampMillis();
    }

    /** Whether the topic has fewer partitions than when the lane's first message was taken. */
    boolean hasLostPartitions(Lane lane) {
        int now = partitions(lane.topic());
        return now > 0 && now < lane.partitions();
    }

    /** As many as the producer knows of at the moment, 0 when it does not know the topic. Never blocks, as {@link #admit}. */
    private int partitions(String topic) {
        try {
            return producer.partitionsFor(topic).size();
        } catch (KafkaException unknown) {
            return 0;
        }
    }

    private static RecordHeaders headers(List<Header> headers) {
        RecordHeader[] kafkaHeaders = new RecordHeader[headers.size()];
        for (int i = 0; i < kafkaHeaders.length; i++) {
            Header header = headers.get(i);
            kafkaHeaders[i] = new RecordHeader(header.name(), header.value());
        }
        return new RecordHeaders(kafkaHeaders);
    }

    ProducerVitals vitals() {
        return vitals;
    }

    /**
     * Ends at once, on a thread of its own: even an immediate close waits for the producer's I/O thread, which may be in the
     * middle of a connection attempt. What the producer had not sent is not sent any more once it {@link #hasEnded}.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        watch.closed(producer);
        PipelineThreads.daemon("relay-kafka-close", this::end).start();
    }

    private void end() {
        try {
            producer.close(Duration.ZERO);
        } finally {
            ended = true;
            wakeup.wake();
        }
    }

    /** Whether the producer can no longer send anything. Any thread. */
    boolean hasEnded() {
        return ended;
    }
}
