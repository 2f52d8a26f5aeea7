package io.outboxrelay.debezium.repair;

import io.outboxrelay.failure.Failure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a repair found and would do, for people. Immutable.
 *
 * @param seen what there is, a line each
 * @param steps what would be done, in order; none where nothing is to be repaired
 * @param consequences what is repeated by it, and what it cannot bring back
 * @param refusal why it cannot be done now, or null
 */
public record RepairPlan(
        List<String> seen,
        List<String> steps,
        List<String> consequences,
        @Nullable Failure refusal) {

    public RepairPlan {
        seen = List.copyOf(seen);
        steps = List.copyOf(steps);
        consequences = List.copyOf(consequences);
    }

    /** Whether there is anything to do. */
    public boolean isNeeded() {
        return !steps.isEmpty();
    }
}
