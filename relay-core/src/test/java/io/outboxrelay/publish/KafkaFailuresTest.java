package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KafkaFailuresTest {

    /** All that a broker may hold against a message itself. Whoever adds to it gives up rows: think twice. */
    private static final Set<Errors> AGAINST_THE_MESSAGE = EnumSet.of(
            Errors.MESSAGE_TOO_LARGE,
            Errors.INVALID_TOPIC_EXCEPTION,
            Errors.INVALID_RECORD,
            Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT,
            Errors.POLICY_VIOLATION);

    /** All by which a broker says that it does not let the relay in. */
    private static final Set<Errors> AGAINST_THE_RELAY =
            EnumSet.of(Errors.SASL_AUTHENTICATION_FAILED, Errors.UNSUPPORTED_SASL_MECHANISM, Errors.ILLEGAL_SASL_STATE);

    static Stream<Errors> errors() {
        return Arrays.stream(Errors.values()).filter(error -> error != Errors.NONE);
    }

    @ParameterizedTest
    @MethodSource("errors")
    void every_error_of_the_protocol_is_classified(Errors error) {
        ApiException exception = error.exception("details");
        Failure failure = KafkaFailures.classify(exception);

        FailureKind expected = AGAINST_THE_MESSAGE.contains(error)
                ? FailureKind.POISON
                : AGAINST_THE_RELAY.contains(error)
                        ? FailureKind.MISCONFIGURED
                        : error == Errors.PRODUCER_FENCED ? FailureKind.FENCED : FailureKind.TRANSIENT;
        assertThat(failure.kind()).isEqualTo(expected);
        assertThat(failure.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.what()).contains("details");
            assertThat(problem.remedy()).isNotEmpty();
        });
    }

    @ParameterizedTest
    @MethodSource("errors")
    void what_kafka_calls_retriable_never_costs_a_row(Errors error) {
        if (error.exception() instanceof RetriableException) {
            assertThat(KafkaFailures.classify(error.exception()).kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(KafkaFailures.mayBlameMessage(error.exception())).isFalse();
        }
    }

    @Test
    void an_error_is_found_inside_its_wrapping() {
        Throwable wrapped =
                new ExecutionException(new KafkaException("error state", new ProducerFencedException("gone")));
        assertThat(KafkaFailures.classify(wrapped).kind()).isEqualTo(FailureKind.FENCED);
    }

    @Test
    void the_unknown_is_tried_again_and_never_given_up() {
        for (Throwable unknown :
                List.of(new IllegalStateException(), new KafkaException("?"), new OutOfMemoryError("heap"))) {
            assertThat(KafkaFailures.classify(unknown).kind()).isEqualTo(FailureKind.TRANSIENT);
            assertThat(KafkaFailures.mayBlameMessage(unknown)).isTrue();
        }
    }

    @Test
    void a_refused_password_may_lock_an_account_and_no_certificate_does() {
        assertThat(KafkaFailures.classify(new SaslAuthenticationException("no")).loginRefused())
                .isTrue();
        for (Exception other : List.of(
                new SslAuthenticationException("no"),
                new UnsupportedSaslMechanismException("no"),
                new IllegalSaslStateException("no"),
                new NotEnoughReplicasException())) {
            assertThat(KafkaFailures.classify(other).loginRefused())
                    .as("%s", other)
                    .isFalse();
        }
    }

    @Test
    void only_what_may_lie_in_a_message_makes_the_relay_careful() {
        assertThat(KafkaFailures.mayBlameMessage(new RecordTooLargeException())).isTrue();
        assertThat(KafkaFailures.mayBlameMessage(new SaslAuthenticationException("no")))
                .isFalse();
    }
}
