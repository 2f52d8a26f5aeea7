package io.outboxrelay.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PipelineThreadsTest {

    @Test
    void alone_in_its_process_a_relay_names_its_threads_by_what_they_do() {
        assertThat(PipelineThreads.of("relay-loop", () -> {}).getName()).isEqualTo("relay-loop");
        assertThat(PipelineThreads.daemon("relay-loop", () -> {}).isDaemon()).isTrue();
    }

    @Test
    void a_thread_that_a_pipelines_thread_makes_is_of_the_same_pipeline() throws Exception {
        CompletableFuture<String> name = new CompletableFuture<>();
        Runnable second = () -> name.complete(Thread.currentThread().getName());
        Runnable first = () -> PipelineThreads.daemon("relay-source", second).start();
        PipelineThreads.runFor(
                "orders", () -> PipelineThreads.daemon("relay-loop", first).start());
        assertThat(name.get(30, TimeUnit.SECONDS)).isEqualTo("relay-source-orders");
        assertThat(PipelineThreads.of("relay-loop", () -> {}).getName())
                .as("what this thread makes afterwards")
                .isEqualTo("relay-loop");
    }
}
