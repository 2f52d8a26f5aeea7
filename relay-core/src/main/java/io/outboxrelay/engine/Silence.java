package io.outboxrelay.engine;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.publish.Publisher;
import java.time.Duration;

/** What it means that nothing is acknowledged though messages are in flight. */
final class Silence {

    private Silence() {}

    /** The failure to show while it lasts, with the publisher's own reason where it knows one. */
    static Failure of(Publisher publisher, long silentNanos) {
        return Failure.of(
                FailureKind.TRANSIENT,
                "Kafka has acknowledged nothing for "
                        + Duration.ofNanos(silentNanos).toSeconds() + " s"
                        + publisher.waitingFor().map(reason -> ": " + reason).orElse(""),
                "see that the brokers can be reached and have enough in-sync replicas; the relay goes on by itself");
    }
}
