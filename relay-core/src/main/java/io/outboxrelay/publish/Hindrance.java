package io.outboxrelay.publish;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Puts into words what unsettled messages are waiting for, once it is worth a word: after one second. A producer retries in
 * silence for as long as it takes; this tells a broker that is away from a topic that is not there.
 *
 * @param servers the brokers as configured
 * @param unsettled messages whose outcome is not known
 * @param nowNanos monotonic time
 * @param silenceNanos how long no outcome came
 * @param retries messages sent again during the silence
 */
record Hindrance(String servers, int unsettled, long nowNanos, long silenceNanos, long retries) {

    private static final long WORTH_A_WORD_NANOS = TimeUnit.SECONDS.toNanos(1);

    Optional<String> find(Lanes lanes, ProducerVitals vitals) {
        // What stands behind a refused message waits for a decision, not for Kafka.
        boolean silent = silenceNanos >= WORTH_A_WORD_NANOS && (lanes.inFlight() > 0 || lanes.isFull());
        Optional<Lane> obstructed =
                lanes.obstructed().filter(lane -> lane.obstructedNanos(nowNanos) >= WORTH_A_WORD_NANOS);
        if ((silent || obstructed.isPresent()) && !vitals.isConnected()) {
            return Optional.of(
                    vitals.failedAuthentications() > 0
                            ? "the brokers at " + servers + " refuse the connection for its credentials: "
                                    + messages(unsettled) + " waiting"
                            : "no broker can be reached at " + servers + ": " + messages(unsettled) + " waiting");
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
        String since = " for " + TimeUnit.NANOSECONDS.toSeconds(silenceNanos) + " s";
        return Optional.of(
                retries > 0
                        ? "the brokers at " + servers + " cannot take messages" + since + " (sent again " + retries
                                + " times): too few replicas in sync, an election, or a topic that was deleted"
                        : "the brokers at " + servers + " have acknowledged none of " + messages(unsettled) + since);
    }

    private String words(Lane lane) {
        Exception obstacle = lane.obstacle();
        Throwable cause = obstacle == null ? null : obstacle.getCause();
        String held = ": " + messages(lane.held()) + " held";
        if (cause instanceof UnknownTopicOrPartitionException) {
            return "topic " + lane.topic() + " is not known to the brokers at " + servers + held
                    + "; create it, or let the brokers create it (auto.create.topics.enable)";
        }
        if (cause instanceof TopicAuthorizationException) {
            return "the relay may not see topic " + lane.topic() + held + "; grant it WRITE and DESCRIBE on the topic";
        }
        return "topic " + lane.topic() + " is not available at " + servers + held
                + (cause == null ? "" : " (" + cause.getMessage() + ")");
    }

    private static String messages(int count) {
        return count == 1 ? "1 message" : count + " messages";
    }
}
