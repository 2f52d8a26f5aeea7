package io.outboxrelay.sidecar.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.outboxrelay.engine.LoopProgress;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.PoisonReason;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The meters of one pipeline that are plain counts and levels. Each is there from the first scrape on. */
final class RelayMeters {

    /** The kinds of failure after which the relay tries again; the others stop it. */
    private static final List<FailureKind> RETRIED =
            List.of(FailureKind.TRANSIENT, FailureKind.FENCED, FailureKind.MISCONFIGURED);

    private static final double NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    private final Measured measured;
    private final MeterRegistry registry;
    private final Tags tags;

    RelayMeters(Measured measured, MeterRegistry registry, Tags tags) {
        this.measured = measured;
        this.registry = registry;
        this.tags = tags;
    }

    void register() {
        LoopProgress progress = measured.loop().progress();
        counter(
                "published",
                "Events that Kafka acknowledged since the start, repeats after a fault included.",
                m -> progress.published());
        counter(
                "settled",
                "Rows that were published and then deleted, archived or noted as published, durably, since the start.",
                m -> progress.settled());
        gauge(
                "in.flight.records",
                "Rows that were read and are not yet settled at the source.",
                m -> progress.inFlightRecords());
        gauge("in.flight.bytes", "Memory that these rows are counted with, in bytes.", m -> progress.inFlightBytes());
        gauge(
                "oldest.pending",
                "For how long the oldest row that is committed and not settled has been waiting, in seconds; 0 when there is none. Rises"
                        + " also while the relay cannot find out.",
                "seconds",
                m -> m.source().oldestPendingNanos(System.nanoTime()) / NANOS_PER_SECOND);
        gauge(
                "pending",
                "How many rows are committed and not settled; with polling estimated from the sequence, which may be too many, with CDC"
                        + " those that were read.",
                m -> m.source().levels().pendingRows());
        gauge(
                "leader",
                "1 while this relay holds the outbox against every other relay and can read it, else 0.",
                m -> progress.isLeading() ? 1 : 0);
        gauge(
                "gaps",
                "Stretches of sequence numbers that were passed over and may still appear, because a transaction that can fill them"
                        + " is open.",
                m -> m.source().levels().gaps());
        gauge(
                "slot.retained",
                "How much of its log the database keeps because the relay's replication slot needs it, in bytes; 0 with polling.",
                "bytes",
                m -> m.source().levels().slotRetainedBytes());
        counter(
                "rows.deleted",
                "Published rows that were deleted behind the log since the start (CDC with outbox.retention = relay); with polling 0, see"
                        + " outbox_relay_settled_total.",
                m -> m.source().levels().removal().deleted());
        gauge(
                "rows.to.delete",
                "Published rows that still are to be deleted behind the log (CDC with outbox.retention = relay).",
                m -> m.source().levels().removal().waiting());
        counter(
                "rows.left",
                "Published rows that could not be deleted behind the log, and stand until somebody deletes them.",
                m -> m.source().levels().removal().left());
        gauge(
                "end.to.end.exact",
                "1 while outbox_relay_end_to_end_seconds counts from the server's own commit timestamps, 0 while it is an upper bound.",
                m -> m.source().levels().knowsCommitTimes() ? 1 : 0);
        for (FailureKind kind : RETRIED) {
            counter(
                    "retries",
                    "How often something failed, or got no further for some seconds, and was tried again, by kind of failure.",
                    tags.and("kind", label(kind)),
                    m -> progress.retries(kind));
        }
        for (PoisonReason reason : PoisonReason.values()) {
            counter(
                    "dead.letters",
                    "Events that can never be published and that Kafka acknowledged as dead letters, by reason.",
                    tags.and("reason", reason.label()),
                    m -> progress.deadLetters(reason));
        }
        for (String state : RelayState.NAMES) {
            Gauge.builder(
                            "outbox.relay.state",
                            measured,
                            m -> m.loop().state().name().equals(state) ? 1 : 0)
                    .description("1 for the state that the relay is in, 0 for every other.")
                    .tags(tags.and("state", state))
                    .register(registry);
        }
    }

    private static String label(FailureKind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private void counter(String name, String help, ToDoubleFunction<Measured> value) {
        counter(name, help, tags, value);
    }

    private void counter(String name, String help, Tags labels, ToDoubleFunction<Measured> value) {
        FunctionCounter.builder("outbox.relay." + name, measured, value)
                .description(help)
                .tags(labels)
                .register(registry);
    }

    private void gauge(String name, String help, ToDoubleFunction<Measured> value) {
        gauge(name, help, null, value);
    }

    private void gauge(String name, String help, @Nullable String unit, ToDoubleFunction<Measured> value) {
        Gauge.builder("outbox.relay." + name, measured, value)
                .description(help)
                .baseUnit(unit)
                .tags(tags)
                .register(registry);
    }
}
