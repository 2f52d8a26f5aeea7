package io.outboxrelay.polling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one database session knows of the sequence numbers: {@code top}, the highest number read, and the <em>gaps</em>, the
 * numbers below it that were not read and may still appear, because the transaction that drew them has not ended.
 *
 * <pre>
 *    read        gap       read   gap   read     top
 *   ..........|/////////|.......|/////|........|  ^      not drawn, or not committed yet ...
 * </pre>
 *
 * A number never gets lost here: it is above {@code top}, or in a gap, or was read, or {@link #dropUpTo} was told that nobody
 * can use it any more. Before the first row {@code top} is {@link #MINUS_INFINITY}, and the first row opens the gap of
 * everything below it. Knows one session only; used by the source's thread only.
 */
final class Frontier {

    /** Below every sequence number that a row can have. */
    static final long MINUS_INFINITY = Long.MIN_VALUE;

    private final TreeMap<Long, Long> hiByLo = new TreeMap<>();
    private long top;

    /** Nothing is known. */
    Frontier() {
        this(PublishedExtent.NOTHING);
    }

    /** Up to there everything is published but what lies in its gaps. */
    Frontier(PublishedExtent published) {
        top = published.top();
        published.gaps().forEach(gap -> hiByLo.put(gap.lo(), gap.hi()));
    }

    long top() {
        return top;
    }

    /** The gaps, disjoint and ascending, all below {@link #top}. */
    List<NumberRange> gaps() {
        List<NumberRange> gaps = new ArrayList<>(hiByLo.size());
        hiByLo.forEach((lo, hi) -> gaps.add(new NumberRange(lo, hi)));
        return gaps;
    }

    int gapCount() {
        return hiByLo.size();
    }

    boolean inGap(long number) {
        Map.Entry<Long, Long> gap = hiByLo.floorEntry(number);
        return gap != null && number <= gap.getValue();
    }

    /** A row with this number was read. Rows of one read come in ascending order; a number may come twice. */
    void read(long number) {
        if (number <= top) {
            takeOutOfItsGap(number);
            return;
        }
        if (top < number - 1) {
            hiByLo.put(top + 1, number - 1);
        }
        top = number;
    }

    /** Numbers up to this one were drawn, whether or not their rows can be seen: those that were not read become a gap. */
    void raise(long number) {
        if (number > top) {
            hiByLo.put(top == MINUS_INFINITY ? MINUS_INFINITY : top + 1, number);
            top = number;
        }
    }

    /** A row stands under a number at or below top that was in no gap: the next read looks there again. */
    void reopen(long number) {
        if (number > top) {
            throw new IllegalArgumentException(number + " is above top " + top);
        }
        if (!inGap(number)) {
            hiByLo.put(number, number);
        }
    }

    /** No number up to and with {@code settled} can appear any more. */
    void dropUpTo(long settled) {
        Map.Entry<Long, Long> gap = hiByLo.firstEntry();
        while (gap != null && gap.getKey() <= settled) {
            hiByLo.remove(gap.getKey());
            if (gap.getValue() > settled) {
                hiByLo.put(settled + 1, gap.getValue());
            }
            gap = hiByLo.firstEntry();
        }
    }

    /**
     * Joins neighbouring gaps between which no row stands any more: reading a joined gap finds nothing twice, since what was
     * between is deleted. A read costs some 7 microseconds a gap, but also 0.15 for every deleted row that vacuum cannot
     * remove yet, so that only near neighbours are worth joining.
     *
     * @param standing the numbers that were read and are not deleted, ascending
     * @param distanceMax how many numbers may lie between two gaps that are joined
     */
    void coalesce(long[] standing, long distanceMax) {
        List<NumberRange> gaps = gaps();
        hiByLo.clear();
        NumberRange open = null;
        for (NumberRange gap : gaps) {
            if (open != null && gap.lo() - distanceMax - 1 <= open.hi() && !anyBetween(standing, open.hi(), gap.lo())) {
                open = new NumberRange(open.lo(), gap.hi());
            } else {
                open = gap;
            }
            hiByLo.put(open.lo(), open.hi());
        }
    }

    private static boolean anyBetween(long[] ascending, long below, long above) {
        int found = Arrays.binarySearch(ascending, below);
        int firstAbove = found >= 0 ? found : -found - 1;
        return firstAbove < ascending.length && ascending[firstAbove] < above;
    }

    private void takeOutOfItsGap(long number) {
        if (!inGap(number)) {
            return;
        }
        Map.Entry<Long, Long> gap = hiByLo.floorEntry(number);
        long lo = gap.getKey();
        long hi = gap.getValue();
        hiByLo.remove(lo);
        if (lo < number) {
            hiByLo.put(lo, number - 1);
        }
        if (number < hi) {
            hiByLo.put(number + 1, hi);
        }
    }
}
