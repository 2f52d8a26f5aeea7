package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.outbox.OutboxRecord;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class StandingSinceTest {

    @RepeatedTest(20)
    void the_one_that_waits_longest_is_found_whatever_the_order_of_times(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        StandingSince standing = new StandingSince();
        ArrayDeque<Long> all = new ArrayDeque<>();
        long read = 0;
        long settled = 0;
        for (int step = 0; step < 2_000; step++) {
            if (all.isEmpty() || random.nextInt(5) < 3) {
                long since = random.nextInt(50);
                standing.read(++read, since);
                all.add(since);
            } else {
                int count = random.nextInt(all.size() + 1);
                for (int i = 0; i < count; i++) {
                    all.remove();
                }
                settled += count;
                standing.settled(settled);
            }
            assertThat(standing.rows()).isEqualTo(all.size());
            assertThat(standing.earliest(1_000))
                    .isEqualTo(all.stream().mapToLong(Long::longValue).min().orElse(1_000));
        }
    }

    @Test
    void a_number_was_not_drawn_before_the_last_look_that_did_not_find_it() {
        DrawnNumbers drawn = new DrawnNumbers();
        long second = 1_000_000_000L;
        assertThat(drawn.notBefore(1)).isEqualTo(OutboxRecord.COMMIT_UNKNOWN);
        drawn.sample(10, 0);
        drawn.sample(20, second);
        drawn.sample(20, 2 * second);
        assertThat(drawn.notBefore(10)).isEqualTo(OutboxRecord.COMMIT_UNKNOWN);
        assertThat(drawn.notBefore(11)).isZero();
        assertThat(drawn.notBefore(20)).isZero();
        assertThat(drawn.notBefore(21)).isEqualTo(2 * second);
    }

    @Test
    void looks_from_long_ago_are_thinned_out_and_none_says_more_than_it_knew() {
        DrawnNumbers drawn = new DrawnNumbers();
        long second = 1_000_000_000L;
        int looks = 40 * DrawnNumbers.SAMPLES_MAX;
        for (int i = 0; i < looks; i++) {
            drawn.sample(i, i * second);
        }
        for (int number = 100; number < looks; number += 97) {
            assertThat(drawn.notBefore(number)).isBetween((number - 1 - 128) * second, (number - 1) * second);
        }
    }

    @Test
    void a_sequence_that_was_set_back_tells_nothing_new_of_the_numbers_that_it_draws_again() {
        DrawnNumbers drawn = new DrawnNumbers();
        long second = 1_000_000_000L;
        drawn.sample(10, 0);
        drawn.sample(50, second);
        drawn.sample(20, 2 * second);
        assertThat(drawn.notBefore(30)).isZero();
        assertThat(drawn.notBefore(51)).isEqualTo(2 * second);
    }
}
