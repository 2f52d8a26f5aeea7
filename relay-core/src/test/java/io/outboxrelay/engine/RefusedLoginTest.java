package io.outboxrelay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Each attempt to log in may count against an account, until it is locked. */
class RefusedLoginTest {
    private static final Failure REFUSED = Failure.of(FailureKind.MISCONFIGURED, "wrong password", "correct it")
            .ofLogin();
    private static final Failure RENAMED = Failure.of(FailureKind.MISCONFIGURED, "no such column", "rename it back");

    private final Simulation world = new Simulation(5);

    @Test
    void a_database_that_refuses_the_login_is_asked_four_times_a_minute() {
        assertThat(openingsWithin(Duration.ofHours(1), REFUSED))
                .as("15 s between two on average")
                .isBetween(200L, 300L);
    }

    @Test
    void whatever_else_is_misconfigured_is_looked_at_every_few_seconds() {
        assertThat(openingsWithin(Duration.ofHours(1), RENAMED)).isGreaterThan(2_000L);
    }

    @Test
    void brokers_that_refuse_the_login_are_asked_four_times_a_minute() {
        untilRunning();
        long attempts = 0;
        world.insertSome(50);
        world.kafka.breaksNow = REFUSED;
        for (long until = world.nowNanos + Duration.ofHours(1).toNanos(); world.nowNanos - until < 0; world.cycle()) {
            if (world.kafka.nextMakeFails == null) {
                world.kafka.nextMakeFails = REFUSED;
                attempts++;
            }
        }
        assertThat(attempts).isBetween(200L, 300L);
    }

    @Test
    void a_password_that_is_right_again_soon_costs_seconds() {
        untilRunning();
        world.outbox.breaksNow = REFUSED;
        world.outbox.nextOpenFails = REFUSED;
        long since = world.nowNanos;
        world.cycleUntil("refused twice", () -> world.outbox.nextOpenFails == null);
        untilRunning();
        assertThat(Duration.ofNanos(world.nowNanos - since)).isLessThan(Duration.ofSeconds(1));
    }

    private void untilRunning() {
        world.cycleUntil("running", () -> world.loop.state() instanceof Running);
    }

    /** How often a relay that ran before opens a source that fails each time. */
    private long openingsWithin(Duration time, Failure failure) {
        untilRunning();
        long openings = 0;
        world.outbox.breaksNow = failure;
        for (long until = world.nowNanos + time.toNanos(); world.nowNanos - until < 0; world.cycle()) {
            if (world.outbox.nextOpenFails == null) {
                world.outbox.nextOpenFails = failure;
                openings++;
            }
        }
        return openings;
    }
}
