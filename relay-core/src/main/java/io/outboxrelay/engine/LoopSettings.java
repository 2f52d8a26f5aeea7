package io.outboxrelay.engine;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.failure.Backoff;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How the loop behaves.
 *
 * @param window the bounds of what is in flight
 * @param backoff between attempts to reach what is away
 * @param standbyInterval how often a relay that stands by asks whether the outbox is free
 * @param stalledAfter after so long without an acknowledgement of the oldest message in flight the relay no longer calls itself
 *     running
 * @param failsAtStart whether what cannot work as it is set up fails a relay that never ran; otherwise it is tried again, as it is
 *     once it ran
 */
public record LoopSettings(
        WindowSettings window, Backoff backoff, Duration standbyInterval, Duration stalledAfter, boolean failsAtStart) {

    /** The defaults, with the given source of jitter. */
    public static LoopSettings defaults(RandomGenerator random) {
        return new LoopSettings(
                WindowSettings.DEFAULTS,
                new Backoff(Duration.ofMillis(100), Duration.ofSeconds(3), random),
                Duration.ofSeconds(1),
                Duration.ofSeconds(5),
                true);
    }
}
