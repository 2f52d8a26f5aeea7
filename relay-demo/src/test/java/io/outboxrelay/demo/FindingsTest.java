package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FindingsTest {
    private static final Verdict SOUND = new Verdict(20_000, 20_000, 0, 0, 0, 3, List.of());

    @Test
    void the_last_line_is_for_scripts() {
        assertThat(findings(SOUND, Optional.empty()).lines())
                .last()
                .isEqualTo("RESULT committed=20000 published=20000 lost=0 phantom=0 reordered=0 repeated=3"
                        + " seconds=8.1 eventsPerSecond=2469 p50Ms=6.3 p99Ms=118.5");
    }

    @Test
    void repeats_are_allowed() {
        assertThat(findings(SOUND, Optional.empty()).exitStatus()).isZero();
    }

    @Test
    void what_is_lost_phantom_or_reordered_fails_the_run_and_is_shown() {
        for (Verdict verdict : List.of(
                new Verdict(5, 4, 1, 0, 0, 0, List.of("order-7")),
                new Verdict(5, 5, 0, 1, 0, 0, List.of("order-7")),
                new Verdict(5, 5, 0, 0, 1, 0, List.of("order-7")))) {
            Findings findings = findings(verdict, Optional.empty());
            assertThat(findings.exitStatus()).isEqualTo(1);
            assertThat(findings.lines()).contains("Kafka does NOT hold what was committed:", "  order-7");
        }
    }

    @Test
    void a_consumer_that_disagrees_fails_the_run() {
        Findings findings = findings(SOUND, Optional.of("processed 4 event ids of 5"));
        assertThat(findings.exitStatus()).isEqualTo(1);
        assertThat(findings.lines())
                .contains("The deduplicating consumer's books are WRONG: processed 4 event ids of 5");
    }

    @Test
    void the_warehouse_must_have_every_event_once_and_every_order_at_its_last_version() {
        CommittedHistory history = new CommittedHistory();
        history.committed(List.of(event("order-1", 1), event("order-1", 2), event("order-2", 1)), 1);
        Map<String, Long> right = Map.of("order-1", 2L, "order-2", 1L);

        assertThat(fault(history, 3, right, 0)).isEmpty();
        assertThat(fault(history, 2, right, 0)).hasValue("processed 2 event ids of 3");
        assertThat(fault(history, 3, Map.of("order-1", 1L, "order-2", 1L), 0))
                .hasValue("1 of 2 orders have another version than in the shop");
        assertThat(fault(history, 3, Map.of("order-1", 2L, "order-2", 1L, "order-3", 1L), 0))
                .hasValue("1 orders are not in the shop");
        assertThat(fault(history, 3, right, 1)).hasValue("1 versions were not reached one by one");
    }

    private static Optional<String> fault(
            CommittedHistory history, long ids, Map<String, Long> versions, long skipped) {
        return Findings.warehouseFault(history, new Warehouse.Books(ids, versions, skipped));
    }

    private static OrderEvent event(String key, int version) {
        return new OrderEvent(UUID.randomUUID(), key, version, "order", 0, 0);
    }

    private static Findings findings(Verdict verdict, Optional<String> warehouseFault) {
        return new Findings(verdict, warehouseFault, Duration.ofMillis(8_100), new Latency(6.25, 118.5));
    }
}
