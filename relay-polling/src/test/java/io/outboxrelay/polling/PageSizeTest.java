package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageSizeTest {

    private final PageSize size = new PageSize(5_000, 8_000_000);

    @Test
    void asks_for_all_it_may_while_rows_are_small() {
        assertThat(size.rows()).isEqualTo(5_000);
        size.met(200);
        assertThat(size.rows()).isEqualTo(5_000);
    }

    @Test
    void asks_for_fewer_after_a_large_row_and_forgets_it_by_halves() {
        size.met(1_000_000);
        assertThat(size.rows()).isEqualTo(8);
        size.met(200);
        assertThat(size.rows()).isEqualTo(16);
        for (int i = 0; i < 12; i++) {
            size.met(200);
        }
        assertThat(size.rows()).isEqualTo(5_000);
    }

    @Test
    void asks_for_one_when_a_row_is_larger_than_the_bound() {
        size.met(100_000_000);
        assertThat(size.rows()).isEqualTo(1);
    }
}
