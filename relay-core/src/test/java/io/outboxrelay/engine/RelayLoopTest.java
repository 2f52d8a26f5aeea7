package io.outboxrelay.engine;

import static io.outboxrelay.engine.SimulatedOutbox.transientFailure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    void refuses_to_start_when_its_publisher_is_misconfigured_and_goes_on_trying_when_it_was_right_once() {
        untilRunning();
        world.insertSome(50);
        world.kafka.breaksNow = transientFailure("producer broken");
        world.kafka.nextMakeFails = Failure.of(FailureKind.MISCONFIGURED, "no truststore", "put it back");
        world.cycleUntil("an empty outbox", world.outbox::isEmpty);
        untilRunning();

        Simulation fresh = new Simulation(2);
        fresh.kafka.nextMakeFails = Failure.of(FailureKind.MISCONFIGURED, "no truststore", "put it back");
        fresh.cycleUntil("failed", () -> fresh.loop.state() instanceof Failed);
    }

    @Test
    void beside_others_a_misconfigured_start_is_tried_again_until_it_is_mended() {
        Simulation beside = new Simulation(3, false);
        beside.outbox.nextOpenFails = Failure.of(FailureKind.MISCONFIGURED, "no table", "create it");
        beside.kafka.nextMakeFails = Failure.of(FailureKind.MISCONFIGURED, "no truststore", "put it back");
        beside.cycleUntil("running", () -> beside.loop.state() instanceof Running);
        assertThat(beside.states)
                .hasSizeGreaterThan(1)
                .allSatisfy(state -> assertThat(state).isInstanceOfAny(Retrying.class, Running.class));
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

    /** It asks with a new session each second: a password that is being replaced, or a table, must not end it for good. */
    @Test
    void a_relay_that_stands_by_goes_on_trying_when_something_is_misconfigured_for_a_moment() {
        world.outbox.nextOpenFails = Failure.of(FailureKind.FENCED, "another relay holds the outbox", "");
        until(Standby.class);
        world.outbox.nextOpenFails = Failure.of(FailureKind.MISCONFIGURED, "wrong password", "correct it");
        until(Retrying.class);
        untilRunning();
    }

    @Test
    void says_so_once_while_its_source_is_held_up_and_runs_again_with_the_same_source() {
        untilRunning();
        Failure locked = transientFailure("somebody holds a lock");
        world.outbox.hinders = locked;
        world.insertSome(50);
        until(Retrying.class);
        world.pass(Duration.ofMinutes(10));
        assertThat(world.states).hasSize(2);
        assertThat(((Retrying) world.loop.state()).failure()).isEqualTo(locked);

        world.outbox.hinders = null;
        untilRunning();
        world.cycleUntil("an empty outbox", world.outbox::isEmpty);
        assertThat(world.states).hasSize(3);
        assertThat(world.kafka.sightings).as("nothing was read twice").isEqualTo(50);
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

        world.kafka.awayBecause = "sent again 7 times";
        world.pass(Duration.ofSeconds(10));
        assertThat(((Retrying) world.loop.state()).failure().summary())
                .as("why it waits may show later only")
                .contains("acknowledged nothing for ", ": sent again 7 times");
        world.kafka.awayBecause = "sent again 8 times";
        world.pass(Duration.ofHours(1));
        assertThat(world.states).as("said once for each cause").hasSize(3);

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

    @Test
    void a_halted_relay_does_not_look_again_and_again_for_what_is_refused_for_good() {
        untilRunning();
        world.insert("poisoned");
        world.kafka.refusedId = "poisoned-1";
        until(Failed.class);
        assertThat(Duration.ofNanos(world.loop.idleNanos())).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    }

    @Test
    void a_halted_relay_that_loses_the_outbox_publishes_nothing_more() {
        untilRunning();
        world.kafka.away = true;
        world.insertSome(20);
        world.insert("poisoned", 10, Simulation.POISON_TOPIC);
        until(Failed.class);
        world.outbox.breaksNow = Failure.of(FailureKind.FENCED, "another relay holds the outbox", "");
        world.cycle();
        world.kafka.forbidden = true;
        world.kafka.away = false;
        world.pass(Duration.ofMinutes(1));
        assertThat(world.kafka.sightings).isZero();

        world.loop.requestStop(Duration.ofSeconds(10));
        until(Stopped.class);
        world.cycle();
        assertThat(world.kafka.openPublishers()).isZero();
    }

    @Test
    void a_broken_invariant_while_halted_ends_publishing_too() {
        untilRunning();
        world.kafka.away = true;
        world.insertSome(20);
        world.insert("poisoned", 10, Simulation.POISON_TOPIC);
        until(Failed.class);
        world.outbox.commitThrows = new IllegalStateException("more rows deleted than expected");
        world.kafka.away = false;
        world.cycleUntil(
                "a bug",
                () -> world.loop.state() instanceof Failed failed
                        && failed.cause().kind() == FailureKind.BUG);
        world.pass(Duration.ofMinutes(1));
        assertThat(world.kafka.openPublishers()).isZero();
    }

    @Test
    void whatever_is_thrown_it_ends_as_a_bug_even_when_closing_fails_too() {
        untilRunning();
        world.insert("key");
        world.kafka.closeThrows = new IllegalStateException("cannot close");
        world.kafka.drainThrows = new OutOfMemoryError("a simulated one");
        assertThatThrownBy(() -> until(Failed.class)).hasMessage("cannot close");
        assertThat(((Failed) world.loop.state()).cause().kind()).isEqualTo(FailureKind.BUG);
    }

    @Test
    void says_so_when_the_oldest_message_waits_although_others_are_acknowledged() {
        untilRunning();
        world.insert("waiting");
        world.kafka.withheldId = "waiting-1";
        for (int i = 0; i < 100 && !(world.loop.state() instanceof Retrying); i++) {
            world.insertSome(2);
            world.pass(Duration.ofMillis(500));
            if (world.outbox.size() > Simulation.RECORDS_MAX / 2) {
                break;
            }
        }
        assertThat(((Retrying) world.loop.state()).failure().summary())
                .contains("has not acknowledged the oldest message for 5 s");
        world.pass(Duration.ofHours(1));
        assertThat(world.states).as("said once").hasSize(2);

        world.kafka.withheldId = null;
        untilRunning();
        world.cycleUntil("an empty outbox", world.outbox::isEmpty);
    }
}
