package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class GapSettlingTest {

    private static final LockHolder A = new LockHolder("3/1", false);
    private static final LockHolder B = new LockHolder("4/1", false);
    private static final LockHolder P1 = new LockHolder("-1/701", true);
    private static final LockHolder P2 = new LockHolder("-1/702", true);
    private static final long NOTHING = Frontier.MINUS_INFINITY;

    private final GapSettling settling = new GapSettling();

    @Test
    void nobody_holding_a_lock_settles_top_at_once() {
        settling.observe(10, Set.of());
        assertThat(settling.settledUpTo()).isEqualTo(10);
    }

    @Test
    void settles_when_every_captured_holder_has_vanished_however_many_came_since() {
        settling.observe(10, Set.of(A, B));
        settling.observe(20, Set.of(B, new LockHolder("5/1", false)));
        assertThat(settling.settledUpTo()).isEqualTo(NOTHING);
        settling.observe(30, Set.of(new LockHolder("5/1", false)));
        assertThat(settling.settledUpTo()).isEqualTo(10);
        settling.observe(40, Set.of(new LockHolder("6/1", false)));
        assertThat(settling.settledUpTo()).isEqualTo(30);
    }

    @Test
    void the_same_backend_with_its_next_transaction_is_another_holder() {
        settling.observe(10, Set.of(A));
        settling.observe(20, Set.of(new LockHolder("3/2", false)));
        assertThat(settling.settledUpTo()).isEqualTo(10);
    }

    @Test
    void a_holder_that_was_prepared_is_followed_under_its_new_name() {
        settling.observe(10, Set.of(A));
        settling.observe(20, Set.of(P1));
        settling.observe(20, Set.of(P1, B));
        assertThat(settling.settledUpTo()).isEqualTo(NOTHING);
        settling.observe(20, Set.of(B));
        assertThat(settling.settledUpTo()).isEqualTo(10);
    }

    @Test
    void a_prepared_holder_that_was_there_before_is_not_mistaken_for_the_one_that_vanished() {
        settling.observe(10, Set.of(A));
        settling.observe(20, Set.of(A, P2));
        settling.observe(20, Set.of(A, P2));
        settling.observe(20, Set.of(P2));
        assertThat(settling.settledUpTo()).isEqualTo(10);
    }

    @Test
    void a_holder_seen_under_both_names_in_one_look_is_followed_under_the_second() {
        settling.observe(10, Set.of(A));
        settling.observe(20, Set.of(A, P1));
        settling.observe(20, Set.of(P1));
        assertThat(settling.settledUpTo()).isEqualTo(NOTHING);
        settling.observe(20, Set.of());
        assertThat(settling.settledUpTo()).isEqualTo(20);
    }

    @Test
    void of_two_that_vanish_any_newly_prepared_one_may_be_either() {
        settling.observe(10, Set.of(A, B));
        settling.observe(20, Set.of(P1, P2));
        settling.observe(20, Set.of(P2));
        assertThat(settling.settledUpTo()).isEqualTo(NOTHING);
        settling.observe(20, Set.of());
        assertThat(settling.settledUpTo()).isEqualTo(20);
    }
}
