package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.engine.RelayState.Draining;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayState.Stopped;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StateLogTest {
    private final RecordedLog lines = new RecordedLog();
    private final StateLog log = new StateLog(lines, "default", "reads outbox", 0);
    private long nowNanos;

    @Test
    void what_cannot_work_beside_others_is_said_as_an_error_and_once() {
        Failure unsound = Failure.of(FailureKind.MISCONFIGURED, "no table", "create it");
        log.entered(new Retrying(unsound, 1, 0), 0);
        log.entered(new Retrying(unsound, 2, 0), 1);
        assertThat(lines.taken())
                .containsExactly("ERROR cannot start as it is set up, tries again: no table -> create it");
    }

    @Test
    void each_change_of_state_is_one_line() {
        log.entered(new Running(), at(1));
        log.entered(retrying("refused"), at(10));
        log.entered(new Running(), at(22));
        log.entered(new Draining(0), at(30));
        log.entered(new Stopped(0), at(31));
        assertThat(lines.taken())
                .containsExactly(
                        "INFO running: reads outbox",
                        "WARN interrupted, trying again: refused -> start it",
                        "INFO running again after 12 s",
                        "INFO stopping: nothing more is read, what is on its way is finished");
    }

    @Test
    void what_is_away_at_the_start_is_waited_for_and_not_an_interruption() {
        log.entered(retrying("refused"), at(1));
        assertThat(lines.taken()).containsExactly("WARN waiting: refused -> start it");
        log.entered(new Running(), at(2));
        assertThat(lines.taken()).containsExactly("INFO running: reads outbox");
    }

    @Test
    void attempts_are_not_lines_not_even_when_causes_alternate_or_count() {
        for (int attempt = 0; attempt < 50; attempt++) {
            log.entered(retrying("refused after " + attempt + " ms"), at(1 + attempt));
            log.entered(retrying("starting up"), at(1 + attempt));
        }
        assertThat(lines.taken()).hasSize(2);
    }

    @Test
    void a_new_outage_is_said_also_when_the_cause_is_the_old_one() {
        log.entered(new Running(), at(1));
        log.entered(retrying("refused"), at(2));
        log.entered(new Running(), at(3));
        lines.taken();
        log.entered(retrying("refused"), at(4));
        assertThat(lines.taken()).containsExactly("WARN interrupted, trying again: refused -> start it");
    }

    @Test
    void what_goes_on_is_said_again_every_minute() {
        log.entered(retrying("refused"), at(0));
        lines.taken();
        for (int second = 1; second <= 185; second++) {
            log.entered(retrying("refused"), at(second));
            log.remind(at(second));
        }
        assertThat(lines.taken())
                .containsExactly(
                        "WARN still waiting after 60 s: refused -> start it",
                        "WARN still waiting after 2 min: refused -> start it",
                        "WARN still waiting after 3 min: refused -> start it");
    }

    @Test
    void standing_by_is_said_once_and_is_no_reason_for_reminders() {
        Failure owner = Failure.of(FailureKind.FENCED, "another relay reads it", "");
        for (int second = 0; second < 200; second++) {
            log.entered(new Standby(owner, 0), at(second));
            log.remind(at(second));
        }
        assertThat(lines.taken()).containsExactly("INFO standing by: another relay reads it");
    }

    @Test
    void a_relay_that_runs_says_nothing_more() {
        log.entered(new Running(), at(1));
        lines.taken();
        log.remind(at(1_000));
        assertThat(lines.taken()).isEmpty();
    }

    @Test
    void a_failure_names_cause_and_remedy_and_is_remembered() {
        Failure poison = Failure.of(FailureKind.POISON, "event 7 cannot be published", "correct the row");
        log.entered(new Failed(poison), at(1));
        log.remind(at(62));
        assertThat(lines.taken())
                .containsExactly(
                        "ERROR failed, an operator is needed: event 7 cannot be published -> correct the row",
                        "ERROR still stopped after 61 s: event 7 cannot be published -> correct the row");
    }

    @Test
    void what_is_left_behind_at_a_stop_is_said() {
        log.entered(new Stopped(3), at(1));
        assertThat(lines.taken())
                .containsExactly(
                        "WARN stopped with 3 rows still on their way; they are published again at the next start");
    }

    private long at(long second) {
        nowNanos = Duration.ofSeconds(second).toNanos();
        return nowNanos;
    }

    private Retrying retrying(String what) {
        return new Retrying(Failure.of(FailureKind.TRANSIENT, what, "start it"), 1, nowNanos);
    }
}
