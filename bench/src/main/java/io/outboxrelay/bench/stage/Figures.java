package io.outboxrelay.bench.stage;

import java.util.Collection;
import java.util.List;

/** What is said of several measurements. */
public final class Figures {
    private Figures() {}

    /** The middle one, or the mean of the two in the middle. */
    public static double median(Collection<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
