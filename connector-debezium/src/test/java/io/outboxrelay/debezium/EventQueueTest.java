package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.debezium.pipeline.DataChangeEvent;
import io.outboxrelay.outbox.PipelineThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits are for ever here: what comes, comes because it was woken. */
@Timeout(60)
class EventQueueTest {

    private static final Duration EVER = Duration.ofDays(1);
    private static final EventQueue.Waits PATIENT = new EventQueue.Waits(EVER, EVER);

    private static final Schema VALUE =
            SchemaBuilder.struct().field("number", Schema.INT32_SCHEMA).build();

    private EventQueue queue = open(Long.MAX_VALUE, PATIENT);

    @AfterEach
    void close() {
        queue.close();
    }

    @Test
    void what_is_there_is_given_at_once_and_in_order() throws Exception {
        add(0, 3);
        assertThat(numbers(queue.take())).containsExactly(0, 1, 2);
        add(3, 4);
        assertThat(numbers(queue.take())).containsExactly(3);
    }

    @Test
    void whoever_waits_for_the_first_event_is_woken_by_it() throws Exception {
        Taking taking = new Taking();
        taking.awaitParked();
        add(0, 1);
        assertThat(numbers(taking.get())).containsExactly(0);
    }

    @Test
    void where_many_came_a_whole_batch_is_waited_for() throws Exception {
        add(0, 100);
        assertThat(queue.take()).hasSize(100);
        Taking taking = new Taking();
        taking.awaitParked();
        add(100, 100 + EventQueue.BATCH_MAX - 1);
        taking.awaitParked();
        add(5_000, 5_001);
        assertThat(taking.get()).hasSize(EventQueue.BATCH_MAX);
    }

    @Test
    void where_many_came_and_no_more_come_they_are_not_waited_for_long() throws Exception {
        queue.close();
        queue = open(Long.MAX_VALUE, new EventQueue.Waits(EVER, Duration.ofMillis(5)));
        add(0, 100);
        assertThat(queue.take()).hasSize(100);
        add(100, 102);
        assertThat(numbers(queue.take())).containsExactly(100, 101);
    }

    @Test
    void nothing_for_long_is_an_answer() throws Exception {
        queue.close();
        queue = open(Long.MAX_VALUE, new EventQueue.Waits(Duration.ofMillis(5), EVER));
        assertThat(queue.take()).isEmpty();
    }

    @Test
    void a_batch_is_bounded_and_what_is_left_comes_next() throws Exception {
        add(0, EventQueue.BATCH_MAX + 1);
        assertThat(queue.take()).hasSize(EventQueue.BATCH_MAX);
        add(EventQueue.BATCH_MAX + 1, 2 * EventQueue.BATCH_MAX);
        assertThat(numbers(queue.take())).startsWith(EventQueue.BATCH_MAX).hasSize(EventQueue.BATCH_MAX);
    }

    @Test
    void it_is_full_when_its_events_take_their_bytes_and_then_nobody_waits_for_more() throws Exception {
        long one = event(0).objectSize();
        queue.close();
        queue = open(200 * one, PATIENT);
        add(0, 199);
        assertThat(queue.size()).isEqualTo(199);
        add(199, 200);
        assertThat(queue.size()).isEqualTo(EventQueue.EVENTS_MAX);
        assertThat(queue.take()).hasSize(200);
        assertThat(queue.size()).isZero();
        // Many came: a batch is waited for, but not beyond what there is room for.
        add(200, 399);
        assertThat(queue.size()).isEqualTo(199);
        add(399, 400);
        assertThat(queue.take()).hasSize(200);
    }

    @Test
    void one_event_larger_than_all_its_bytes_gets_through() throws Exception {
        queue.close();
        queue = open(1, PATIENT);
        add(7, 8);
        assertThat(numbers(queue.take())).containsExactly(7);
        assertThat(queue.size()).isZero();
    }

    @Test
    void a_thread_that_is_unparked_or_interrupted_waits_no_longer() throws Exception {
        Taking taking = new Taking();
        taking.awaitParked();
        LockSupport.unpark(taking.thread);
        assertThat(taking.get()).isEmpty();
        Taking interrupted = new Taking();
        interrupted.awaitParked();
        interrupted.thread.interrupt();
        assertThatThrownBy(interrupted::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(InterruptedException.class);
    }

    @Test
    void between_two_threads_nothing_is_lost_or_changes_places() throws Exception {
        int count = 200_000;
        queue.close();
        // A few are waited for for ever, and have to wake whoever does.
        queue = open(Long.MAX_VALUE, new EventQueue.Waits(EVER, Duration.ofMillis(5)));
        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
            for (int n = 0; n < count; n++) {
                while (queue.size() >= EventQueue.EVENTS_MAX) {
                    Thread.onSpinWait();
                }
                queue.add(event(n));
                if (n % 10_007 == 0) {
                    // A pause now and then: few come at a time, then many.
                    LockSupport.parkNanos(1_000_000);
                }
            }
        });
        List<Integer> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.addAll(numbers(queue.take()));
        }
        reading.get(30, TimeUnit.SECONDS);
        assertThat(taken).isEqualTo(IntStream.range(0, count).boxed().toList());
    }

    @Test
    void a_connector_finds_the_queue_by_its_name_until_that_is_closed() throws Exception {
        EventQueueProvider provider = new EventQueueProvider();
        provider.configure(Map.of("name", "test"));
        provider.enqueue(event(1));
        assertThat(provider.size()).isEqualTo(1);
        assertThat(numbers(queue.take())).containsExactly(1);
        queue.close();
        assertThatThrownBy(() -> new EventQueueProvider().configure(Map.of("name", "test")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test");
    }

    private static EventQueue open(long bytesMax, EventQueue.Waits waits) {
        return EventQueue.open("test", bytesMax, waits);
    }

    private void add(int from, int to) {
        for (int n = from; n < to; n++) {
            queue.add(event(n));
        }
    }

    private static DataChangeEvent event(int number) {
        return new DataChangeEvent(
                new SourceRecord(Map.of(), Map.of(), "topic", VALUE, new Struct(VALUE).put("number", number)));
    }

    private static List<Integer> numbers(List<SourceRecord> records) {
        return records.stream()
                .map(record -> ((Struct) record.value()).getInt32("number"))
                .toList();
    }

    /** Somebody else takes. */
    private final class Taking {
        private final FutureTask<List<SourceRecord>> task =
                new FutureTask<>((Callable<List<SourceRecord>>) queue::take);
        private final Thread thread = PipelineThreads.daemon("taking", task);

        Taking() {
            thread.start();
        }

        void awaitParked() {
            await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        }

        List<SourceRecord> get() throws Exception {
            return task.get(30, TimeUnit.SECONDS);
        }
    }
}
