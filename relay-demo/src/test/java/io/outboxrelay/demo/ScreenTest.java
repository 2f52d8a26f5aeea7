package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScreenTest {
    private static final Screen USUAL = new Screen(80, 24);

    @Test
    void a_moment_looks_like_this() {
        assertThat(String.join("\n", USUAL.lines(Moments.busy(1_000))).stripTrailing() + "\n")
                .isEqualTo("""

                  written       12,345  committed by the order service (1,234 rolled back)
                  published     12,340  received from Kafka (2 repeats)
                  processed     12,301  by the consumer that deduplicates by event id
                  pending            5  rows in the outbox, the oldest committed 4 ms ago
                  rate             203  events/s over the last 5 s
                  latency       6.3 ms  median, 99% within 119 ms, from commit to receipt

                 topic                 part offset key       headers
                 outbox.event.order       1    554 order-0   id=68ee539.. eventType=OrderChanged
                 outbox.event.shipment    2 123456 order-199 id=284b221.. eventType=OrderChanged
                """);
    }

    @Test
    void the_first_moment_looks_like_this() {
        assertThat(String.join("\n", USUAL.lines(Moments.first())).stripTrailing() + "\n")
                .isEqualTo("""

                  written            0  committed by the order service (0 rolled back)
                  published          0  received from Kafka (0 repeats)
                  processed          0  by the consumer that deduplicates by event id
                  pending            0  rows in the outbox
                  rate               0  events/s over the last 5 s
                  latency       0.0 ms  median, 99% within 0.0 ms, from commit to receipt

                 topic                 part offset key       headers
                """);
    }

    @Test
    void every_moment_takes_the_same_number_of_lines_so_that_it_covers_the_one_before() {
        assertThat(USUAL.lines(Moments.first())).hasSameSizeAs(USUAL.lines(Moments.busy(0)));
    }

    @Test
    void no_line_is_longer_than_the_terminal_is_wide() {
        assertThat(new Screen(40, 24).lines(Moments.busy(0)))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(40));
        assertThat(USUAL.lines(Moments.busy(0)))
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
    }

    @Test
    void a_low_terminal_shows_fewer_events_the_newest_ones_and_at_last_none() {
        assertThat(new Screen(80, 12).lines(Moments.busy(0)))
                .hasSize(10)
                .last()
                .asString()
                .contains("outbox.event.shipment");
        assertThat(new Screen(80, 11).lines(Moments.busy(0))).hasSize(7);
    }
}
