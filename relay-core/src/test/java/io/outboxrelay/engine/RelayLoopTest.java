package io.outboxrelay.engine;

import static io.outboxrelay.engine.SimulatedOutbox.transientFailure;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayState.Starting;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What the relay makes of each kind of failure, told by its states. */
class RelayLoopTest {

    private final Simulation world = new Simulation(1);

    private void untilRunning() {
        world.cycleUntil("running", () -> world.loop.state() instanceof Running);
    }

    private void until(Class<? extends RelayState> state) {
        world.cycleUntil(state.getSimpleName(), () -> state.isInstance(world.loop.state()));
    }

    @Test
    void starts_and_runs_once_its_source_says_that_it_is_open() {
        assertThat(world.loop.state()).isEqualTo(new Starting());
        untilRunning();
        assertThat(world.states).containsExactly(new Running());
    }

    @Test
    void waits_for_what_is_away_at_start() {
        world.outbox.nextOpenFails = transientFailure("connection refused");
        until(Retrying.class);
        untilRunning();
    }

    @Test
    void refuses_to_start_when_misconfigured() {
        world.outbox.nextOpenFails = Failure.of(FailureKind.MISCONFIGURED, "no table", "create it");
        until(Failed.class);
        world.pass(Duration.ofMinutes(1));
        assertThat(world.states).hasSize(1);
    }

    @Test
    void goes_on_trying_when_what_was_right_once_is_misconfigured_now() {
        untilRunning();
        world.outbox.breaksNow = Failure.of(FailureKind.MISCONFIGURED, "the table was renamed", "rename it back");
        until(Retrying.class);
        untilRunning();
        world.insertSome(10);
        world.cycleUntil("an empty outbox", world.outbox::isEmpty);
    }

    @Test
    void stands_by_while_another_relay_owns_the_outbox_and_takes_over() {
        Failure owned = Failure.of(FailureKind.FENCED, "another relay holds the outbox", "");
        world.outbox.nextOpenFails = owned;
        until(Standby.class);
        long since = world.nowNanos;
        world.outbox.nextOpenFails = owned;
        untilRunning();
        assertThat(Duration.ofNanos(world.nowNanos - since))
                .as("asked again each second")
                .isBetween(Duration.ofSeconds(2), Duration.ofSeconds(3));
    }

    @Test
    void fails_for_good_when_history_is_lost() {
        untilRunning();
        world.outbox.breaksNow = Failure.of(FailureKind.POSITION_LOST, "slot gone", "repair");
        until(Failed.class);
        world.pass(Duration.ofMinutes(1));
        assertThat(world.loop.state()).isInstanceOf(Failed.class);
    }

    @Test
    void says_so_when_kafka_acknowledges_nothing_and_recovers_without_having_dropped_anything() {
        untilRunning();
        world.kafka.away = true;
        world.insertSome(1000);
        until(Retrying.class);
        assertThat(((Retrying) world.loop.state()).failure().summary())
                .contains("acknowledged nothing for 5 s: the broker");
        world.pass(Duration.ofHours(3));
        assertThat(world.states).as("said once, whatever the time").hasSize(2);

        world.kafka.away = false;
        untilRunning();
        world.cycleUntil("an empty outbox", world.outbox::isEmpty);
        world.requireEverythingPublishedInOrder();
        assertThat(world.kafka.sightings).as("an outage repeats nothing").isEqualTo(1000);
    }

    @Test
    void backs_off_longer_while_publishing_fails_again_and_again_and_does_not_call_itself_running_meanwhile() {
        untilRunning();
        world.kafka.away = true;
        world.insertSome(10);
        world.pass(Duration.ofSeconds(1));
        world.kafka.away = false;
        for (int attempt = 1; attempt <= 5; attempt++) {
            int expected = attempt;
            world.kafka.breaksNow = transientFailure("not authorized");
            world.cycleUntil(
                    "attempt " + attempt,
                    () -> world.loop.state() instanceof Retrying retrying && retrying.attempt() == expected);
        }
        assertThat(world.states).as("one way down").doesNotHaveDuplicates().hasSize(6);
        untilRunning();
    }

    @Test
    void a_broken_invariant_ends_it_as_a_bug() {
        untilRunning();
        world.insert("key");
        world.outbox.commitThrows = new IllegalStateException("more rows deleted than expected");
        until(Failed.class);
        assertThat(((Failed) world.loop.state()).cause().kind()).isEqualTo(FailureKind.BUG);
    }

    @Test
    void a_drain_ends_at_its_deadline_and_says_what_is_left() {
        untilRunning();
        world.kafka.away = true;
        world.insertSome(20);
        world.pass(Duration.ofSeconds(1));
        world.loop.requestStop(Duration.ofSeconds(10));
        long since = world.nowNanos;
        until(Stopped.class);
        assertThat(Duration.ofNanos(world.nowNanos - since)).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(11));
        assertThat(world.loop.state()).isEqualTo(new Stopped(20));
    }

    @Test
    void stops_at_once_when_it_never_got_to_run() {
        world.outbox.nextOpenFails = transientFailure("connection refused");
        until(Retrying.class);
        world.loop.requestStop(Duration.ofSeconds(10));
        world.cycle();
        assertThat(world.loop.state()).isEqualTo(new Stopped(0));
    }
}
