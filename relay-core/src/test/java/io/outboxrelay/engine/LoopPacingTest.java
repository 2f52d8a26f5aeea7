package io.outboxrelay.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class LoopPacingTest {
    private static final int MANY = LoopPacing.MANY_RECORDS;
    private static final long FOR_EVER_NANOS = Duration.ofSeconds(20).toNanos();

    private final LoopPacing pacing = new LoopPacing(Thread.currentThread());

    @Test
    void goes_on_at_once_while_little_is_in_flight() {
        assertThat(takes(() -> {
                    for (int i = 0; i < 20_000; i++) {
                        pacing.afterRound(1, MANY - 1, FOR_EVER_NANOS);
                    }
                }))
                // Resting would take them ten.
                .isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void rests_after_a_round_while_much_is_in_flight_though_it_was_woken_meanwhile() {
        assertThat(takes(() -> {
                    for (int i = 0; i < 100; i++) {
                        pacing.wake();
                        pacing.afterRound(1, MANY, FOR_EVER_NANOS);
                    }
                }))
                .isGreaterThan(Duration.ofMillis(50));
    }

    @Test
    void a_wake_before_an_idle_wait_ends_it() {
        assertThat(takes(() -> {
                    pacing.wake();
                    pacing.afterRound(0, 0, FOR_EVER_NANOS);
                }))
                .isLessThan(Duration.ofSeconds(10));
    }

    /** A wake that was lost would cost the whole idle wait. */
    @Test
    void no_wake_is_lost_whatever_the_thread_does_at_the_time() throws InterruptedException {
        int count = 5_000;
        ConcurrentLinkedQueue<Integer> arrivals = new ConcurrentLinkedQueue<>();
        AtomicInteger taken = new AtomicInteger();
        Thread other = new Thread(() -> {
            for (int i = 1; i <= count; i++) {
                arrivals.add(i);
                pacing.wake();
                // In threes, so that wakes meet a rest's beginning, its middle, its end, and the idle wait behind it.
                for (int spin = 0; i % 3 == 0 && taken.get() < i && spin < 1_000_000; spin++) {
                    Thread.onSpinWait();
                }
            }
        });
        other.start();

        boolean lost = false;
        while (taken.get() < count && !lost) {
            int done = 0;
            while (arrivals.poll() != null) {
                done++;
            }
            int before = taken.addAndGet(done);
            long begunNanos = System.nanoTime();
            pacing.afterRound(done, done % 2 == 0 ? 0 : MANY, before == count ? 0 : FOR_EVER_NANOS);
            lost = System.nanoTime() - begunNanos >= FOR_EVER_NANOS;
        }
        assertThat(lost).as("after %d of %d", taken.get(), count).isFalse();
        other.join();
    }

    private static Duration takes(Runnable work) {
        // What an earlier test left behind would end the first wait.
        LockSupport.parkNanos(1);
        long begun = System.nanoTime();
        work.run();
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
