package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnconfirmedSinceTest {
    private final UnconfirmedSince unconfirmed = new UnconfirmedSince();

    @Test
    void nothing_waits_where_all_that_was_written_is_confirmed() {
        unconfirmed.seen(100, 100, 1);
        assertThat(unconfirmed.sinceNanos(0)).isNull();
        unconfirmed.seen(200, 200, 2);
        assertThat(unconfirmed.sinceNanos(0)).isNull();
    }

    @Test
    void it_counts_from_the_last_look_of_which_everything_is_confirmed() {
        unconfirmed.seen(100, 100, 1);
        unconfirmed.seen(200, 150, 2);
        unconfirmed.seen(300, 150, 3);
        assertThat(unconfirmed.sinceNanos(0)).isEqualTo(1);
        unconfirmed.seen(400, 250, 4);
        assertThat(unconfirmed.sinceNanos(0)).as("200 is confirmed, 300 is not").isEqualTo(2);
    }

    @Test
    void before_anything_was_confirmed_what_was_known_before_counts() {
        unconfirmed.seen(200, 100, 7);
        assertThat(unconfirmed.sinceNanos(5)).isEqualTo(5);
    }
}
