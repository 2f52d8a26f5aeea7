package io.outboxrelay.publish;

import static io.outboxrelay.failure.FailureKind.FENCED;
import static io.outboxrelay.failure.FailureKind.POISON;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.failure.Problem;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.*;
import org.jspecify.annotations.Nullable;

/**
 * What a Kafka error means for the relay, and what mends it. The one place where Kafka's exceptions are told apart.
 *
 * <p>MISCONFIGURED is what {@link SecurityFailures} says: the brokers do not let the relay in, or cannot be trusted. POISON is only what lies in the message itself and would be refused at every attempt. Everything else, and everything
 * unknown, is TRANSIENT: tried again visibly, never given up. In particular an error that Kafka calls retriable is TRANSIENT
 * even when the producer gave up on it.
 */
final class KafkaFailures {

    /**
     * Says of an error whether it is about a message rather than about the connection, the rights or the cluster.
     *
     * @param poison why the message can never be published; null where that is not so
     */
    private record Rule(
            Class<? extends Throwable> error,
            FailureKind kind,
            String remedy,
            @Nullable PoisonReason poison) {

        Rule(Class<? extends Throwable> error, FailureKind kind, String remedy) {
            this(error, kind, remedy, null);
        }

        Rule(Class<? extends Throwable> error, PoisonReason poison, String remedy) {
            this(error, POISON, remedy, poison);
        }
    }

    private static final String RIGHTS_REMEDY = "; the relay goes on by itself once it is granted";

    /** In order: the first rule that fits counts, so the special stand before the general. */
    private static final List<Rule> RULES = List.of(
            // In the message itself.
            new Rule(
                    RecordTooLargeException.class,
                    PoisonReason.TOO_LARGE,
                    "raise max.message.bytes of the topic (with kafka.max.request.size and kafka.buffer.memory where"
                            + " those are named), or publish a reference instead of the data"),
            new Rule(
                    InvalidTopicException.class,
                    PoisonReason.UNROUTABLE,
                    "make the row's columns yield a valid topic name"),
            new Rule(
                    InvalidRecordException.class,
                    PoisonReason.REFUSED,
                    "give the row a key if the topic is compacted (cleanup.policy=compact takes no message without one)"),
            new Rule(
                    UnsupportedForMessageFormatException.class,
                    PoisonReason.REFUSED,
                    "let the topic use message format 2 (headers need it)"),
            new Rule(
                    PolicyViolationException.class,
                    PoisonReason.REFUSED,
                    "make the message conform to the cluster's policy, or change the policy"),

            // About rights.
            new Rule(
                    TopicAuthorizationException.class,
                    TRANSIENT,
                    "grant the relay WRITE and DESCRIBE on the topic" + RIGHTS_REMEDY),
            new Rule(
                    ClusterAuthorizationException.class,
                    TRANSIENT,
                    "grant the relay IDEMPOTENT_WRITE on the cluster" + RIGHTS_REMEDY),
            new Rule(
                    TransactionalIdAuthorizationException.class,
                    TRANSIENT,
                    "grant the relay WRITE and DESCRIBE on the transactional id" + RIGHTS_REMEDY),
            new Rule(AuthorizationException.class, TRANSIENT, "grant the relay the right" + RIGHTS_REMEDY),
            new Rule(
                    SecurityDisabledException.class,
                    TRANSIENT,
                    "the brokers have no authorizer; check which listener kafka.bootstrap.servers names"),

            // Another producer in our place.
            new Rule(ProducerFencedException.class, FENCED, "see which other relay publishes this outbox"),

            // The producer and the brokers disagree about what was written; a new producer starts afresh.
            new Rule(InvalidProducerEpochException.class, TRANSIENT, "nothing; a new producer takes over"),
            new Rule(
                    OutOfOrderSequenceException.class,
                    TRANSIENT,
                    "nothing for the relay; see whether brokers lost data (unclean leader election, a wiped disk)"),
            new Rule(InvalidPidMappingException.class, TRANSIENT, "nothing; a new producer takes over"),

            // The timestamp mostly is the relay's own, and drawn anew at each attempt. A row's is refused for a while
            // only: brokers take it
            // once its time has come, and whether they take older ones is the topic's to say.
            new Rule(
                    InvalidTimestampException.class,
                    TRANSIENT,
                    "set the clocks of the relay and the brokers, or widen message.timestamp.before.max.ms and"
                            + " message.timestamp.after.max.ms of the topic; with outbox.columns.timestamp, see whether applications"
                            + " write times without a zone that are not UTC"),

            // The cluster, for a while.
            new Rule(BufferExhaustedException.class, TRANSIENT, "raise kafka.buffer.memory"),
            new Rule(
                    NotEnoughReplicasException.class,
                    TRANSIENT,
                    "bring replicas of the partition back in sync, or lower min.insync.replicas"),
            new Rule(
                    NotEnoughReplicasAfterAppendException.class,
                    TRANSIENT,
                    "bring replicas of the partition back in sync, or lower min.insync.replicas"),
            new Rule(
                    UnknownTopicOrPartitionException.class,
                    TRANSIENT,
                    "create the topic, or let the brokers create it (auto.create.topics.enable)"),
            new Rule(KafkaStorageException.class, TRANSIENT, "see to the disks of the brokers"),
            new Rule(ThrottlingQuotaExceededException.class, TRANSIENT, "raise the quota of the relay"),
            new Rule(TimeoutException.class, TRANSIENT, "see whether the brokers can be reached and are healthy"),
            new Rule(RetriableException.class, TRANSIENT, "nothing if it passes; else see to the brokers"),
            new Rule(
                    UnsupportedVersionException.class,
                    TRANSIENT,
                    "run brokers that know idempotent producers and headers: Kafka 2.1 or later"),
            new Rule(UnsupportedCompressionTypeException.class, TRANSIENT, "choose another kafka.compression.type"),
            new Rule(InvalidRequiredAcksException.class, TRANSIENT, "see to the brokers: they refuse acks=all"),
            new Rule(UnknownServerException.class, TRANSIENT, "look into the brokers' logs"),
            new Rule(InterruptException.class, TRANSIENT, "nothing; the relay is stopping or tries again"));

    private KafkaFailures() {}

    /** What the error of one message, or of the producer, means. */
    static Failure classify(Throwable thrown) {
        Throwable error = unwrap(thrown);
        if (error instanceof AuthenticationException refused) {
            return SecurityFailures.refused(refused);
        }
        Rule rule = ruleFor(error);
        String what = "Kafka: " + describe(error);
        if (rule == null) {
            return Failure.of(TRANSIENT, what, "nothing if it passes; else see to the brokers", error);
        }
        return rule.poison() == null
                ? Failure.of(rule.kind(), what, rule.remedy(), error)
                : Failure.poison(rule.poison(), new Problem(what, rule.remedy()), error);
    }

    /**
     * Whether the error may be about what a message holds. In a batch this blames nobody in particular: its innocent members
     * get a bare {@code KafkaException}, or on old brokers the very error of the guilty one.
     */
    static boolean mayBlameMessage(Throwable thrown) {
        Throwable error = unwrap(thrown);
        Rule rule = ruleFor(error);
        return rule == null ? !(error instanceof AuthenticationException) : rule.kind() == POISON;
    }

    private static @Nullable Rule ruleFor(Throwable error) {
        for (Rule rule : RULES) {
            if (rule.error().isInstance(error)) {
                return rule;
            }
        }
        return null;
    }

    /** The error itself, out of what a future or the producer's error state wraps around it. */
    private static Throwable unwrap(Throwable thrown) {
        Throwable error = thrown;
        Throwable cause = error.getCause();
        while (cause != null
                && (error.getClass() == KafkaException.class
                        || error instanceof ExecutionException
                        || error instanceof CompletionException)) {
            error = cause;
            cause = error.getCause();
        }
        return error;
    }

    /** The error in words. */
    static String describe(Throwable error) {
        if (error.getMessage() == null) {
            return error.getClass().getSimpleName();
        }
        String name = error.getClass().getSimpleName().replaceFirst("Exception$", "");
        return error.getClass() == KafkaException.class ? error.getMessage() : name + ": " + error.getMessage();
    }
}
