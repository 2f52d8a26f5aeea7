package io.outboxrelay.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTest {
    private volatile boolean enough;

    @Test
    void a_thread_at_work_is_seen_with_its_methods_and_only_in_its_time(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("test.jfr");
        Instant from = Instant.now();
        Thread busy = new Thread(this::keepBusy, "busy");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
            recording.start();
            busy.start();
            // The sampler misses a thread now and then, and more often on a busy machine.
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                recording.dump(file);
                assertThat(Samples.in(file, from, Instant.now()).samples()).isPositive();
            });
        } finally {
            enough = true;
            busy.join();
        }
        assertThat(FlameGraph.of(Samples.in(file, from, Instant.now())))
                .contains("<title>busy: ")
                .contains("SamplesTest.keepBusy: ");
        assertThat(Samples.in(file, from.minusSeconds(60), from.minusSeconds(1)).samples())
                .isZero();
    }

    private void keepBusy() {
        double sum = 0;
        for (int i = 0; !enough; i++) {
            sum += Math.sqrt(i);
        }
        // Used, or the loop would be none.
        assertThat(sum).isNotNegative();
    }
}
