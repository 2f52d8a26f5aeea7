package io.outboxrelay.failure;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter: the delay before attempt n is drawn evenly from [0, min(ceiling, base * 2^(n-1))], so
 * that many relays that lost the same database do not come back together. After M. Brooker, "Exponential Backoff And
 * Jitter", 2015.
 *
 * @param base the upper bound of the first delay
 * @param ceiling the upper bound of every delay
 * @param random the source of jitter; used by one thread only
 */
public record Backoff(Duration base, Duration ceiling, RandomGenerator random) {

    private static final int DOUBLINGS_MAX = 30;

    /** Half of it on average: four attempts in a minute. */
    private static final Duration SPARING_CEILING = Duration.ofSeconds(30);

    public Backoff {
        if (base.isNegative() || base.isZero() || ceiling.compareTo(base) < 0) {
            throw new IllegalArgumentException("0 < base <= ceiling, but base=" + base + " ceiling=" + ceiling);
        }
    }

    /** The same up to 30 s, for attempts that each may count against an account until it is locked. */
    public Backoff sparing() {
        return ceiling.compareTo(SPARING_CEILING) < 0 ? new Backoff(base, SPARING_CEILING, random) : this;
    }

    /** The delay after the given failure and before the given attempt, in nanoseconds; attempts count from 1. */
    public long delayNanos(int attempt, Failure after) {
        return (after.loginRefused() ? sparing() : this).delayNanos(attempt);
    }

    /** The delay before the given attempt, in nanoseconds; attempts count from 1. */
    public long delayNanos(int attempt) {
        int doublings = Math.min(DOUBLINGS_MAX, Math.max(0, attempt - 1));
        long ceilingNanos = ceiling.toNanos();
        boolean reached = base.toNanos() > ceilingNanos >> doublings;
        long bound = reached ? ceilingNanos : base.toNanos() << doublings;
        return random.nextLong(bound + 1);
    }
}
