package io.outboxrelay.publish;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Puts into words what unsettled messages are waiting for, once it is worth a word: after one second. A producer retries in
 * silence for as long as it takes; this tells a broker that is away from a topic that is not there.
 *
 * @param settings of the producer
 * @param unsettled messages whose outcome is not known
 * @param nowNanos monotonic time
 * @param silence up to then
 */
record Hindrance(PublisherSettings settings, int unsettled, long nowNanos, Silence silence) {

    private static final long WORTH_A_WORD_NANOS = TimeUnit.SECONDS.toNanos(1);

    /**
     * How long no outcome came, and what the producer did meanwhile.
     *
     * @param retries messages sent again
     * @param closes connections closed, by it or by brokers
     * @param refusedBySome whether a broker has refused the connection since the oldest message became so
     * @param refused whether it looks as if brokers had refused it, or it them, for credentials or certificates
     */
    record Silence(long nanos, long retries, long closes, boolean refusedBySome, boolean refused) {}

    Optional<String> find(Lanes lanes, ProducerVitals vitals) {
        // What stands behind a refused message waits for a decision, not for Kafka.
        boolean silent = silence.nanos() >= WORTH_A_WORD_NANOS && (lanes.inFlight() > 0 || lanes.isFull());
        Optional<Lane> obstructed =
                lanes.obstructed().filter(lane -> lane.obstructedNanos(nowNanos) >= WORTH_A_WORD_NANOS);
        if ((silent || obstructed.isPresent()) && vitals.isConnected() && silence.refusedBySome()) {
            return Optional.of("some of the brokers at " + servers()
                    + " refuse the connection for its credentials or certificates: " + messages(unsettled)
                    + " waiting");
        }
        if ((silent || obstructed.isPresent()) && !vitals.isConnected()) {
            return Optional.of(
                    silence.refused()
                            ? "the brokers at " + servers()
                                    + " refuse the connection for its credentials or certificates: "
                                    + messages(unsettled) + " waiting"
                            : "no broker can be reached at " + servers() + ": " + messages(unsettled) + " waiting");
        }
        if (obstructed.isPresent()) {
            return obstructed.map(this::words);
        }
        if (!silent) {
            return Optional.empty();
        }
        if (lanes.isFull()) {
            return Optional.of("the producer has no room (kafka.buffer.memory): " + messages(unsettled) + " waiting");
        }
        return Optional.of(unanswered());
    }

    private String unanswered() {
        String since = " for " + TimeUnit.NANOSECONDS.toSeconds(silence.nanos()) + " s";
        if (silence.retries() == 0) {
            return "the brokers at " + servers() + " have acknowledged none of " + messages(unsettled) + since;
        }
        if (silence.closes() > 0 && silence.nanos() >= settings.requestTimeout().toNanos()) {
            return "what was sent to the brokers at " + servers() + " was not answered within "
                    + settings.requestTimeout().toMillis() + " ms and had to be sent again from the beginning, "
                    + messages((int) silence.retries()) + since
                    + "; where the network is too slow for that, raise kafka.request.timeout.ms or lower kafka.batch.size";
        }
        return "the brokers at " + servers() + " cannot take messages" + since + " (sent again " + silence.retries()
                + " times): too few replicas in sync, an election, or a topic that was deleted";
    }

    private String words(Lane lane) {
        Exception obstacle = lane.obstacle();
        Throwable cause = obstacle == null ? null : obstacle.getCause();
        String held = ": " + messages(lane.held()) + " held";
        if (cause instanceof UnknownTopicOrPartitionException) {
            return "topic " + lane.topic() + " is not known to the brokers at " + servers() + held
                    + "; create it, or let the brokers create it (auto.create.topics.enable)";
        }
        if (cause instanceof TopicAuthorizationException) {
            return "the relay may not see topic " + lane.topic() + held + "; grant it WRITE and DESCRIBE on the topic";
        }
        return "topic " + lane.topic() + " is not available at " + servers() + held
                + (cause == null ? "" : " (" + cause.getMessage() + ")");
    }

    private String servers() {
        return settings.bootstrapServers();
    }

    private static String messages(int count) {
        return count == 1 ? "1 message" : count + " messages";
    }
}
