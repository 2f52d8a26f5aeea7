package io.outboxrelay.testkit;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The aggregates of a workload, some much busier than others: the chance of the n-th falls with 1/n, as in Zipf's law.
 * Immutable.
 */
final class HotKeys {
    private final double[] cumulative;

    HotKeys(int aggregates) {
        cumulative = new double[aggregates];
        double sum = 0;
        for (int i = 0; i < aggregates; i++) {
            sum += 1.0 / (i + 1);
            cumulative[i] = sum;
        }
    }

    int count() {
        return cumulative.length;
    }

    /** A number from 0 to {@link #count()} - 1; low ones come often. */
    int pick(SplittableRandom random) {
        double point = random.nextDouble() * cumulative[cumulative.length - 1];
        int found = Arrays.binarySearch(cumulative, point);
        return found >= 0 ? found : Math.min(-found - 1, cumulative.length - 1);
    }

    /** Key of an aggregate. */
    static String key(int aggregate) {
        return "order-" + aggregate;
    }

    /** Type of an aggregate, always the same for the same one: order holds within one topic. */
    static String type(int aggregate) {
        return OutboxSchema.AGGREGATE_TYPES.get(aggregate % OutboxSchema.AGGREGATE_TYPES.size());
    }
}
