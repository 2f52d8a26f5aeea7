package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.Wakeup;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes through one idempotent producer. Made by {@link KafkaPublishers}.
 *
 * <pre>
 *   send -&gt; Lane, one per topic -&gt; ProducerGate -&gt; Kafka's I/O thread: Ticket.onCompletion -&gt; Mailbox -&gt; drain
 * </pre>
 *
 * A verdict of POISON is believed only of a message that was {@linkplain Ticket#alone alone} in its batch, because brokers
 * refuse whole batches. Otherwise it breaks this publisher, and the next one goes {@linkplain CarefulTopics carefully}. After
 * a message was refused for good its lane is sealed, unless the loop lets the others pass: what waits behind it is not sent.
 *
 * <p>What remains possible: a topic whose {@code max.message.bytes} is below {@link Lane#CERTAIN_BYTES_MAX} can refuse a
 * message whose successors are in the brokers' hands already. They land before it, and once more behind it after the replay.
 *
 * <p>All methods belong to the loop's thread; none blocks, but the constructor resolves host names. While anything is
 * unsettled {@link #drain} is to be called every 100 ms or so even when nobody woke the loop: room in the producer makes no
 * sound.
 */
final class KafkaPublisher implements Publisher {

    private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    /** How long no outcome came, and no connection stood, before a refusal is believed. */
    private static final long REFUSAL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final PublisherSettings settings;
    private final CarefulTopics carefulTopics;
    private final BooleanSupplier mayStart;
    private final MetadataBell bell;
    private final Mailbox mailbox;
    private final ProducerGate gate;
    private final Lanes lanes;
    private final OldestWatch oldestWatch;

    /** In the order in which they were sent; the first is never settled. */
    private final ArrayDeque<Ticket> unsettled = new ArrayDeque<>();

    private boolean started;
    private boolean finished;
    private long nowNanos;
    private long newsAtNanos;
    /** The producer soon after the last news, or null while that is not long ago. */
    private ProducerVitals.@Nullable Moment silenceBegan;

    /**
     * A publisher with a producer of its own.
     *
     * @param mayStart whether messages may go out yet: not before the producer of the previous attempt has ended
     * @param watch is told of the producer
     * @throws RelayException TRANSIENT or MISCONFIGURED when the producer cannot be made
     */
    KafkaPublisher(
            PublisherSettings settings,
            Wakeup wakeup,
            CarefulTopics carefulTopics,
            BooleanSupplier mayStart,
            ProducerWatch watch) {
        this.settings = settings;
        this.carefulTopics = carefulTopics;
        this.mayStart = mayStart;
        this.bell = new MetadataBell(wakeup);
        this.mailbox = new Mailbox(wakeup);
        this.gate = new ProducerGate(settings, bell, wakeup, watch);
        this.lanes = new Lanes(gate, carefulTopics);
        this.oldestWatch = new OldestWatch(gate.vitals());
    }

    @Override
    public void send(long number, OutboxMessage message) {
        if (finished) {
            return;
        }
        if (unsettled.isEmpty()) {
            noteNews();
        }
        Ticket ticket = new Ticket(number, message, lanes.of(message.topic()), mailbox);
        unsettled.add(ticket);
        if (started) {
            lanes.send(ticket, nowNanos);
        } else {
            lanes.hold(ticket);
        }
    }

    @Override
    public int drain(Outcomes outcomes, long nowNanos) {
        this.nowNanos = nowNanos;
        if (finished || !hasStarted()) {
            return 0;
        }
        int delivered = 0;
        for (Ticket ticket = mailbox.takeAll(); ticket != null && !finished; ticket = ticket.next) {
            deliver(ticket, outcomes);
            delivered++;
        }
        if (delivered > 0) {
            noteNews();
        }
        Failure hopeless = finished ? null : hopeless();
        if (hopeless != null) {
            finish(unsettled.getFirst().number, hopeless, outcomes);
            delivered++;
        }
        if (!finished) {
            lanes.advanceWaiting(nowNanos, bell.hasRung());
        }
        return delivered;
    }

    /** Why the oldest message is not going to be published by this producer, or null while it may be. */
    private @Nullable Failure hopeless() {
        if (unsettled.isEmpty()) {
            oldestWatch.noneIs();
            return null;
        }
        Ticket oldest = unsettled.getFirst();
        oldestWatch.oldestIs(oldest.number, nowNanos);
        if (oldestWatch.isRefused(nowNanos) || isCutOff()) {
            return SecurityFailures.refusedLater(settings);
        }
        // A topic was deleted and made anew with fewer partitions: what is meant for the others waits in the producer
        // for ever.
        return oldestWatch.isDue(nowNanos) && gate.hasLostPartitions(oldest.lane) ? partitionsLost(oldest.lane) : null;
    }

    private boolean hasStarted() {
        if (!started && mayStart.getAsBoolean()) {
            started = true;
            noteNews();
        }
        return started;
    }

    private void deliver(Ticket ticket, Outcomes outcomes) {
        lanes.settle(ticket);
        ticket.settled = true;
        while (!unsettled.isEmpty() && unsettled.getFirst().settled) {
            unsettled.removeFirst();
        }
        Exception error = ticket.error;
        if (error == null) {
            outcomes.published(ticket.number, ticket.partition, ticket.offset);
            return;
        }
        Failure failure = KafkaFailures.classify(error);
        if (!ticket.alone && KafkaFailures.mayBlameMessage(error)) {
            carefulTopics.add(ticket.lane.topic(), 1 + replayed(ticket.lane.topic()));
            finish(ticket.number, batchRefused(ticket.lane, error), outcomes);
        } else if (failure.kind() == FailureKind.POISON) {
            if (!outcomes.refused(ticket.number, failure)) {
                ticket.lane.seal();
            }
        } else {
            finish(ticket.number, failure, outcomes);
        }
    }

    /** How many messages of the topic the next publisher is given first: also those acknowledged behind an older one that waits. */
    private int replayed(String topic) {
        return (int) unsettled.stream()
                .filter(ticket -> ticket.lane.topic().equals(topic))
                .count();
    }

    /** Nothing is delivered after this: what is acknowledged behind the failure is to be published again behind it. */
    private void finish(long number, Failure failure, Outcomes outcomes) {
        finished = true;
        outcomes.failed(number, failure);
    }

    private static Failure batchRefused(Lane lane, Exception error) {
        return Failure.of(
                FailureKind.TRANSIENT,
                "the brokers refused a batch of topic " + lane.topic() + ": " + error.getMessage(),
                "nothing yet; its messages are sent again one by one, to find out which one is refused",
                error);
    }

    /**
     * Whether no broker lets the producer in any more. It retries in silence; a new one reads its credentials anew, and says
     * so. Sooner than {@link OldestWatch#isRefused}, and also where brokers refuse without a word.
     */
    private boolean isCutOff() {
        long silenceNanos = nowNanos - newsAtNanos;
        if (silenceNanos < SILENCE_NANOS) {
            return false;
        }
        ProducerVitals.Moment began = silenceBegan();
        return silenceNanos > REFUSAL_NANOS
                && !gate.vitals().isConnected()
                && gate.vitals().isRefusedSince(began);
    }

    private static Failure partitionsLost(Lane lane) {
        return Failure.of(
                FailureKind.TRANSIENT,
                "topic " + lane.topic() + " was deleted and made anew with fewer partitions",
                "nothing; what was meant for the missing partitions is sent again");
    }

    private void noteNews() {
        newsAtNanos = nowNanos;
        silenceBegan = null;
    }

    /** Of what happens to the producer, only what happens in a silence is of interest; to look costs something. */
    private ProducerVitals.Moment silenceBegan() {
        ProducerVitals.Moment began = silenceBegan;
        if (began == null) {
            began = gate.vitals().now();
            silenceBegan = began;
        }
        return began;
    }

    @Override
    public Optional<String> waitingFor() {
        if (finished || unsettled.isEmpty()) {
            return Optional.empty();
        }
        if (!started && !mayStart.getAsBoolean()) {
            return Optional.of("the previous Kafka producer has not ended yet");
        }
        ProducerVitals.Moment began = silenceBegan();
        ProducerVitals.Moment now = gate.vitals().now();
        Hindrance.Silence silence = new Hindrance.Silence(
                nowNanos - newsAtNanos,
                now.retries() - began.retries(),
                now.closes() - began.closes(),
                oldestWatch.hasMetRefusal(),
                gate.vitals().isRefusedSince(began));
        return new Hindrance(settings, unsettled.size(), nowNanos, silence).find(lanes, gate.vitals());
    }

    @Override
    public void close() {
        finished = true;
        gate.close();
    }

    /** Whether nothing that was handed to this publisher can reach a broker any more. Any thread. */
    boolean hasEnded() {
        return gate.hasEnded();
    }
}
