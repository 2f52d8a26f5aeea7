package io.outboxrelay.publish;

import io.outboxrelay.failure.Backoff;
import io.outboxrelay.publish.BrokerProbe.Answer;
import io.outboxrelay.publish.BrokerProbe.Away;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How soon the brokers are asked again: after a second, or after up to 30 s more while they refuse a name and its password, as
 * every attempt may count against an account until it is locked. Belongs to the probe's thread.
 */
final class ProbePace {

    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Backoff afterRefusals;
    private int refusals;

    ProbePace(RandomGenerator random) {
        this.afterRefusals = new Backoff(PAUSE, PAUSE, random).sparing();
    }

    /** The pause after this answer, in nanoseconds; none before the first. To be asked once for each answer. */
    long pauseNanos(Answer answer) {
        if (!(answer instanceof Away away)) {
            return 0;
        }
        refusals = away.failure().loginRefused() ? refusals + 1 : 0;
        return PAUSE.toNanos() + (refusals == 0 ? 0 : afterRefusals.delayNanos(refusals));
    }
}
