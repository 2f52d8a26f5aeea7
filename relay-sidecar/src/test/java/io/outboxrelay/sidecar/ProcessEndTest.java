package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProcessEndTest {
    private static final long AT_ONCE_MILLIS = 0;
    private static final long BOUND_MILLIS = 30_000;

    @Test
    void the_last_pipeline_that_stops_ends_the_process() throws Exception {
        ProcessEnd end = new ProcessEnd(2);
        end.oneStopped(ExitCodes.STOPPED);
        assertThat(end.isDecidedWithin(AT_ONCE_MILLIS)).isFalse();
        end.oneStopped(ExitCodes.STOPPED);
        assertThat(end.isDecidedWithin(AT_ONCE_MILLIS)).isTrue();
        assertThat(end.status()).isEqualTo(ExitCodes.STOPPED);
    }

    @Test
    void the_worst_of_all_counts_and_a_bug_is_worse_than_anything() {
        ProcessEnd failed = new ProcessEnd(2);
        failed.oneStopped(ExitCodes.FAILED);
        failed.oneStopped(ExitCodes.STOPPED);
        assertThat(failed.status()).isEqualTo(ExitCodes.FAILED);

        ProcessEnd bug = new ProcessEnd(2);
        bug.notBetterThan(ExitCodes.BUG);
        bug.notBetterThan(ExitCodes.MISCONFIGURED);
        bug.oneStopped(ExitCodes.FAILED);
        bug.oneStopped(ExitCodes.STOPPED);
        assertThat(bug.status()).isEqualTo(ExitCodes.BUG);
    }

    @Test
    void what_is_decided_stays() {
        ProcessEnd end = new ProcessEnd(1);
        assertThat(end.now(ExitCodes.MISCONFIGURED)).isTrue();
        assertThat(end.now(ExitCodes.FAILED)).isFalse();
        end.oneStopped(ExitCodes.STOPPED);
        assertThat(end.status()).isEqualTo(ExitCodes.MISCONFIGURED);
    }

    @Test
    void a_bug_ends_it_also_where_a_loop_never_stops() throws Exception {
        ProcessEnd end = new ProcessEnd(2);
        end.notBetterThan(ExitCodes.BUG);
        end.atTheLatestAfter(Duration.ofMillis(10));
        assertThat(end.isDecidedWithin(BOUND_MILLIS)).isTrue();
        assertThat(end.status()).isEqualTo(ExitCodes.BUG);
    }
}
