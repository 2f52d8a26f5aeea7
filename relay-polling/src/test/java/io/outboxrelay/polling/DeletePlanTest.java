package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DeletePlanTest {

    @Test
    void nothing_settled_plans_nothing() {
        DeletePlan plan = plan();
        assertThat(plan.ranges()).isEmpty();
        assertThat(plan.keys()).isEmpty();
        assertThat(plan.rows()).isZero();
    }

    @Test
    void long_runs_become_ranges_and_the_rest_keys() {
        long[] settled = LongStream.concat(LongStream.rangeClosed(101, 120), LongStream.of(122, 124, 125))
                .toArray();
        DeletePlan plan = plan(settled);
        assertThat(plan.ranges()).containsExactly(new NumberRange(101, 120));
        assertThat(plan.keys()).containsExactly(122, 124, 125);
        assertThat(plan.rows()).isEqualTo(23);
    }

    @Test
    void a_run_one_short_of_the_minimum_is_deleted_by_key() {
        DeletePlan plan = plan(LongStream.range(0, DeletePlan.RUN_MIN - 1).toArray());
        assertThat(plan.ranges()).isEmpty();
        assertThat(plan.keys()).hasSize(DeletePlan.RUN_MIN - 1);
    }

    @Test
    void a_number_never_read_ends_a_run() {
        long[] settled = LongStream.rangeClosed(1, 60).filter(n -> n != 30).toArray();
        assertThat(plan(settled).ranges()).containsExactly(new NumberRange(1, 29), new NumberRange(31, 60));
    }

    @Test
    void the_order_of_reading_does_not_matter() {
        long[] settled = LongStream.rangeClosed(1, 40).map(n -> 41 - n).toArray();
        assertThat(plan(settled).ranges()).containsExactly(new NumberRange(1, 40));
    }

    private static DeletePlan plan(long... settled) {
        return DeletePlan.of(
                settled, new Frontier(), ReaderRules.PRODUCTION.settled().runs());
    }
}
