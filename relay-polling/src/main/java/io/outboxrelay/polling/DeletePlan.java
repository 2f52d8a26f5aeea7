package io.outboxrelay.polling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How to delete settled rows: long runs of consecutive numbers as ranges (0.7 microseconds a row), the others by key. Every
 * number in a range was read in this session and is settled, so a range can cover no row that was never read: a gap, also a
 * dropped one, ends a run.
 *
 * @param ranges runs of at least {@link #RUN_MIN} numbers
 * @param keys all other numbers
 * @param rows how many rows must be there
 */
record DeletePlan(List<NumberRange> ranges, long[] keys, int rows) {

    /** Shorter runs are not worth a range. */
    static final int RUN_MIN = 20;

    /**
     * Plans the deletion of exactly these numbers.
     *
     * @param settled numbers read in this session and settled by the engine, in any order
     * @param frontier what the session knows of the numbers between them
     * @param rule whether a number continues the run of the one before it
     */
    static DeletePlan of(long[] settled, Frontier frontier, ReaderRules.RunRule rule) {
        long[] numbers = settled.clone();
        Arrays.sort(numbers);
        List<NumberRange> ranges = new ArrayList<>();
        long[] keys = new long[numbers.length];
        int keyCount = 0;
        int start = 0;
        for (int next = 1; next <= numbers.length; next++) {
            if (next < numbers.length && rule.continues(numbers[next - 1], numbers[next], frontier)) {
                continue;
            }
            if (next - start >= RUN_MIN) {
                ranges.add(new NumberRange(numbers[start], numbers[next - 1]));
            } else {
                System.arraycopy(numbers, start, keys, keyCount, next - start);
                keyCount += next - start;
            }
            start = next;
        }
        return new DeletePlan(List.copyOf(ranges), Arrays.copyOf(keys, keyCount), numbers.length);
    }
}
