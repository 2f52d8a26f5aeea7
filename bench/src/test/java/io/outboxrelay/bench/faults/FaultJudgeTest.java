package io.outboxrelay.bench.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.bench.faults.FaultOutcome.Health;
import io.outboxrelay.bench.faults.FaultOutcome.Times;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultJudgeTest {
    private static final Verdict SOUND = new Verdict(100, 100, 0, 0, 0, 5, List.of());
    private static final Times GOOD = times(1, 6, 7);
    private static final Health HEALTHY = new Health(200L << 20, Duration.ofMillis(300), 0);

    private final FaultJudge judge = judge(List.of("the words"));

    @Test
    void finds_nothing_where_everything_held() {
        assertThat(judge.problems(SOUND, GOOD, HEALTHY)).isEmpty();
    }

    @Test
    void finds_what_was_lost_invented_or_reordered() {
        for (Verdict verdict : List.of(
                new Verdict(100, 99, 1, 0, 0, 0, List.of()),
                new Verdict(100, 100, 0, 1, 0, 0, List.of()),
                new Verdict(100, 100, 0, 0, 1, 0, List.of()))) {
            assertThat(judge.problems(verdict, GOOD, HEALTHY)).hasSize(1);
        }
    }

    @Test
    void finds_a_recovery_that_is_late_or_never_came() {
        assertThat(judge.problems(SOUND, times(6, 6, 7), HEALTHY)).hasSize(1);
        Times never = new Times(null, Duration.ZERO, Duration.ofSeconds(6), Duration.ofSeconds(7));
        assertThat(judge.problems(SOUND, never, HEALTHY)).hasSize(1);
    }

    @Test
    void finds_a_silence() {
        Times silent = new Times(Duration.ofSeconds(1), Duration.ZERO, null, Duration.ofSeconds(7));
        assertThat(judge.problems(SOUND, silent, HEALTHY)).hasSize(1);
        assertThat(judge(List.of()).problems(SOUND, silent, HEALTHY))
                .as("a short pause that nobody promised a word about")
                .isEmpty();
        Times longSilent = new Times(Duration.ofSeconds(1), Duration.ZERO, null, Duration.ofSeconds(9));
        assertThat(judge(List.of()).problems(SOUND, longSilent, HEALTHY)).hasSize(1);
    }

    @Test
    void finds_what_is_wrong_with_the_process() {
        assertThat(judge.problems(SOUND, GOOD, new Health(257L << 20, Duration.ZERO, 0)))
                .hasSize(1);
        assertThat(judge.problems(SOUND, GOOD, new Health(0, Duration.ZERO, 0)))
                .as("nothing was seen of it")
                .hasSize(1);
        assertThat(judge.problems(SOUND, GOOD, new Health(1, Duration.ofSeconds(4), 0)))
                .hasSize(1);
        assertThat(judge.problems(SOUND, GOOD, new Health(1, Duration.ZERO, 1))).hasSize(1);
    }

    private static FaultJudge judge(List<String> said) {
        FaultPlan plan = FaultPlan.of("a-fault", Duration.ofSeconds(8), new FaultPlan.Claim(FaultPlan.SOON, said));
        return new FaultJudge(plan, 1);
    }

    private static Times times(int recoveredSeconds, int saidSeconds, int pauseSeconds) {
        return new Times(
                Duration.ofSeconds(recoveredSeconds),
                Duration.ofSeconds(recoveredSeconds),
                Duration.ofSeconds(saidSeconds),
                Duration.ofSeconds(pauseSeconds));
    }
}
