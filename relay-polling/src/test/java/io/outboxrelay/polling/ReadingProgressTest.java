package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ReadingProgressTest {

    private static final LockHolder WRITER = new LockHolder("3/1", false);

    private final ReadingProgress progress = new ReadingProgress(ReaderRules.PRODUCTION);

    /** Deleted rows that vacuum cannot remove cost time in every read that begins below them. */
    @Test
    void an_empty_table_is_not_read_from_its_beginning_for_ever() {
        readNothing();
        assertThat(progress.needsLook()).isTrue();
        progress.looked(new Look(Map.of(), 300_000));
        assertThat(progress.frontier().top()).isEqualTo(300_000);
        assertThat(progress.frontier().inGap(1)).isTrue();
        progress.looked(new Look(Map.of(), 300_000));
        readNothing();
        assertThat(progress.frontier().gapCount()).isZero();
    }

    @Test
    void a_number_drawn_before_the_first_look_stays_in_a_gap_until_its_writer_ends() {
        readNothing();
        progress.looked(new Look(Map.of(WRITER, 700L), 7));
        progress.looked(new Look(Map.of(WRITER, 700L), 7));
        readNothing();
        assertThat(progress.frontier().inGap(7)).isTrue();
        assertThat(progress.startRead().dormancy().covers(new NumberRange(1, 7)))
                .isTrue();
        progress.looked(new Look(Map.of(), 7));
        assertThat(progress.startRead().dormancy()).isEqualTo(Dormancy.NONE);
        readNothing();
        assertThat(progress.frontier().gapCount()).isZero();
    }

    @Test
    void no_gap_is_dormant_before_a_read_that_followed_upon_the_capture() {
        progress.read(5);
        progress.readEnded(progress.startRead(), new ReadExtent(1, 10, false, 5), 0);
        progress.looked(new Look(Map.of(WRITER, 700L), 5));
        assertThat(progress.startRead().dormancy()).isEqualTo(Dormancy.NONE);
        progress.readEnded(progress.startRead(), new ReadExtent(10, 10, false, 4), 0);
        assertThat(progress.startRead().dormancy()).isEqualTo(Dormancy.NONE);
        progress.readEnded(progress.startRead(), new ReadExtent(0, 10, false, Frontier.MINUS_INFINITY), 0);
        assertThat(progress.startRead().dormancy().upTo()).isEqualTo(5);
    }

    @Test
    void a_number_reopened_by_the_sweep_is_looked_for_although_its_writer_goes_on() {
        progress.read(5);
        progress.looked(new Look(Map.of(WRITER, 700L), 5));
        readNothing();
        progress.frontier().dropUpTo(5);
        progress.reopen(3);
        assertThat(progress.startRead().dormancy()).isEqualTo(Dormancy.NONE);
    }

    private void readNothing() {
        progress.readEnded(progress.startRead(), new ReadExtent(0, 10, false, Frontier.MINUS_INFINITY), 0);
    }
}
