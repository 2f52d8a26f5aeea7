package io.outboxrelay.sidecar.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What of the threads' bounds no client can be made to show at will. */
@Timeout(30)
class RequestThreadsTest {
    private final RequestThreads threads = new RequestThreads();
    private final CountDownLatch begun = new CountDownLatch(RequestThreads.THREADS);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicInteger interrupted = new AtomicInteger();

    @AfterEach
    void close() {
        mayEnd.countDown();
        threads.close();
    }

    @Test
    void of_requests_that_find_no_thread_only_so_many_wait_and_the_others_are_refused() throws Exception {
        takeAllThreads(() -> threads.answering(this::heldOn));
        for (int i = 0; i < RequestThreads.WAITING_MAX; i++) {
            threads.execute(() -> {});
        }
        assertThatThrownBy(() -> threads.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        mayEnd.countDown();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            CountDownLatch served = new CountDownLatch(1);
            threads.execute(served::countDown);
            return served.getCount() == 0;
        });
    }

    @Test
    void a_thread_that_makes_an_answer_is_not_interrupted_however_many_wait() throws Exception {
        takeAllThreads(() -> threads.answering(this::heldOn));
        threads.execute(() -> {});
        long since = System.nanoTime();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> System.nanoTime() - since
                        > RequestThreads.PATIENCE_WHEN_CROWDED.multipliedBy(3).toNanos());
        assertThat(interrupted).hasValue(0);
        mayEnd.countDown();
    }

    private void takeAllThreads(Runnable request) throws InterruptedException {
        for (int i = 0; i < RequestThreads.THREADS; i++) {
            threads.execute(request);
        }
        begun.await();
    }

    private Answer heldOn() {
        begun.countDown();
        try {
            mayEnd.await();
        } catch (InterruptedException e) {
            interrupted.incrementAndGet();
        }
        return Answer.text(200, "");
    }
}
