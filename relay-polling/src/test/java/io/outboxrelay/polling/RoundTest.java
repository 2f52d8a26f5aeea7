package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RoundTest {

    @Test
    void numbers_come_in_order_until_they_are_passed() {
        Round round = new Round(new long[] {7, -3, 9, 4}, false);
        assertThat(round.upcoming(3)).containsExactly(7, -3, 9);
        round.passed(2);
        assertThat(round.hasMore()).isTrue();
        assertThat(round.upcoming(3)).containsExactly(9, 4);
        round.passed(2);
        assertThat(round.isEmpty()).isTrue();
        assertThat(round.hasMore()).isFalse();
        assertThat(round.upcoming(3)).isEmpty();
    }

    @Test
    void behind_a_limited_round_there_is_more() {
        Round round = new Round(new long[] {1}, true);
        round.passed(1);
        assertThat(round.isEmpty()).isTrue();
        assertThat(round.hasMore()).isTrue();
        assertThat(Round.NONE.hasMore()).isFalse();
    }

    @Test
    void no_more_can_be_passed_than_are_there_and_no_less_than_one() {
        Round round = new Round(new long[] {1, 2}, false);
        assertThatThrownBy(() -> round.passed(3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> round.passed(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
