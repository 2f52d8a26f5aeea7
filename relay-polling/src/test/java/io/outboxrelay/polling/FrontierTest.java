package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class FrontierTest {

    private static final long FIRST = Frontier.MINUS_INFINITY + 1;
    private final Frontier frontier = new Frontier();

    @Test
    void knows_nothing_before_the_first_row() {
        assertThat(frontier.top()).isEqualTo(Long.MIN_VALUE);
        assertThat(frontier.gaps()).isEmpty();
    }

    @Test
    void the_first_row_opens_the_gap_of_all_numbers_below_it() {
        read(7);

        assertThat(frontier.top()).isEqualTo(7);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(FIRST, 6));
    }

    @Test
    void numbers_left_out_become_gaps_and_numbers_read_leave_them() {
        read(1, 5, 9);
        frontier.dropUpTo(1);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(2, 4), new NumberRange(6, 8));

        read(3, 6, 8, 10);
        assertThat(frontier.gaps())
                .containsExactly(new NumberRange(2, 2), new NumberRange(4, 4), new NumberRange(7, 7));
        read(2, 4, 7);
        assertThat(frontier.gaps()).isEmpty();
        assertThat(frontier.top()).isEqualTo(10);
    }

    @Test
    void top_never_falls() {
        read(10);
        read(3);
        assertThat(frontier.top()).isEqualTo(10);
    }

    @Test
    void a_number_that_comes_twice_changes_nothing() {
        read(1, 3, 3);
        read(3);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(FIRST, 0), new NumberRange(2, 2));
    }

    @Test
    void drops_only_what_is_settled() {
        read(1, 5, 9);
        frontier.dropUpTo(6);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(7, 8));
        assertThat(frontier.inGap(3)).isFalse();
        assertThat(frontier.inGap(7)).isTrue();
    }

    @Test
    void joins_gaps_only_where_no_row_stands_between() {
        read(1, 3, 5, 7, 9);
        frontier.dropUpTo(1);
        frontier.coalesce(new long[] {1, 5, 9}, 10);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(2, 4), new NumberRange(6, 8));
        frontier.coalesce(new long[] {9}, 10);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(2, 8));
    }

    @Test
    void joins_only_near_neighbours() {
        read(1, 3, 4, 5, 7, 8, 9, 10, 12);
        frontier.dropUpTo(1);
        frontier.coalesce(new long[0], 3);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(2, 6), new NumberRange(11, 11));
        frontier.coalesce(new long[0], 4);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(2, 11));
    }

    @Test
    void a_reopened_number_is_a_gap_again() {
        read(1, 2, 3);
        frontier.dropUpTo(3);
        frontier.reopen(2);
        frontier.reopen(2);
        assertThat(frontier.gaps()).containsExactly(new NumberRange(2, 2));
        assertThatThrownBy(() -> frontier.reopen(4)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reaches_to_both_ends_of_bigint() {
        read(Long.MIN_VALUE + 1, 0, Long.MAX_VALUE);
        assertThat(frontier.gaps())
                .containsExactly(new NumberRange(Long.MIN_VALUE + 2, -1), new NumberRange(1, Long.MAX_VALUE - 1));
        frontier.dropUpTo(Long.MAX_VALUE);
        assertThat(frontier.gaps()).isEmpty();
    }

    private void read(long... numbers) {
        for (long number : numbers) {
            frontier.read(number);
        }
    }
}
