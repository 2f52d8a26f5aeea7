package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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
        settling.observe(10, holders());
        assertThat(settling.settledUpTo()).isEqualTo(10);
    }

    @Test
    void settles_when_every_captured_holder_has_vanished_however_many_came_since() {
        settling.observe(10, holders(A, B));
        settling.observe(20, holders(B, new LockHolder("5/1", false)));
        assertThat(settling.settledUpTo()).isEqualTo(NOTHING);
        settling.observe(30, holders(new LockHolder("5/1", false)));
        assertThat(settling.settledUpTo()).isEqualTo(10);
        settling.observe(40, holders(new LockHolder("6/1", false)));
        assertThat(settling.settledUpTo()).isEqualTo(30);
    }

    @Test
    void the_same_backend_with_its_next_transaction_is_another_holder() {
        settling.observe(10, holders(A));
        settling.observe(20, holders(new LockHolder("3/2", false)));
        assertThat(settling.settledUpTo()).isEqualTo(10);
    }

    @Test
    void a_holder_that_was_prepared_is_followed_under_its_new_name() {
        settling.observe(10, holders(A));
        settling.observe(20, holders(P1));
        settling.observe(20, holders(P1, B));
        assertThat(settling.settledUpTo()).isEqualTo(NOTHING);
        settling.observe(20, holders(B));
        assertThat(settling.settledUpTo()).isEqualTo(10);
    }

    @Test
    void a_prepared_holder_that_was_there_before_is_not_mistaken_for_the_one_that_vanished() {
        settling.observe(10, holders(A));
        settling.observe(20, holders(A, P2));
        settling.observe(20, holders(A, P2));
        settling.observe(20, holders(P2));
        assertThat(settling.settledUpTo()).isEqualTo(10);
    }

    @Test
    void a_holder_seen_under_both_names_in_one_look_is_followed_under_the_second() {
        settling.observe(10, holders(A));
        settling.observe(20, holders(A, P1));
        settling.observe(20, holders(P1));
        assertThat(settling.settledUpTo()).isEqualTo(NOTHING);
        settling.observe(20, holders());
        assertThat(settling.settledUpTo()).isEqualTo(20);
    }

    @Test
    void of_two_that_vanish_any_newly_prepared_one_may_be_either() {
        settling.observe(10, holders(A, B));
        settling.observe(20, holders(P1, P2));
        settling.observe(20, holders(P2));
        assertThat(settling.settledUpTo()).isEqualTo(NOTHING);
        settling.observe(20, holders());
        assertThat(settling.settledUpTo()).isEqualTo(20);
    }

    @Test
    void a_capture_lasts_until_one_of_the_captured_ends() {
        settling.observe(10, holders(A, B));
        int capture = settling.capture();
        settling.observe(20, holders(A, B, P1));
        assertThat(settling.capture()).isEqualTo(capture);
        assertThat(settling.capturedTop()).isEqualTo(10);
        settling.observe(30, holders(B));
        assertThat(settling.capture()).isNotEqualTo(capture);
        assertThat(settling.capturedTop()).isEqualTo(10);
    }

    @Test
    void gaps_are_dormant_by_the_ids_of_those_who_are_still_captured() {
        settling.observe(10, Map.of(A, 700L, B, 701L));
        settling.observe(20, Map.of(B, 701L, P1, 702L));
        settling.observe(20, Map.of(B, 701L, P1, 702L));
        settling.observe(20, Map.of(B, 701L));
        assertThat(settling.dormancy()).isEqualTo(new Dormancy(10, List.of(701L)));
    }

    @Test
    void nothing_is_dormant_while_the_id_of_one_of_the_captured_is_unknown() {
        settling.observe(10, Map.of(A, 700L, B, Look.ID_UNKNOWN));
        assertThat(settling.dormancy()).isEqualTo(Dormancy.NONE);
        settling.observe(10, Map.of(A, 700L, B, 703L));
        assertThat(settling.dormancy().transactionIds()).containsExactlyInAnyOrder(700L, 703L);
    }

    private static Map<LockHolder, Long> holders(LockHolder... holders) {
        return Arrays.stream(holders).collect(Collectors.toMap(holder -> holder, holder -> Look.ID_UNKNOWN));
    }
}
