package io.outboxrelay.polling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * How far publishing got, in the form in which it outlives sessions: every number up to and with {@code top} that lies in no gap
 * is published and acknowledged, or can never appear. A list of published numbers would grow with the table; this grows with what
 * is missing among them.
 *
 * <p>{@code top} is the highest number that is settled, not the highest that was read: what is on its way above it needs no
 * gaps, as everything above top is read again anyway. A row with that number was read and its commit was flushed to the log, so
 * no crash lets the sequence draw it, or a number below it, once more.
 *
 * @param top {@link Frontier#MINUS_INFINITY} while nothing is published
 * @param gaps what may still have to be published, disjoint and ascending, none above {@code top}
 */
record PublishedExtent(long top, List<NumberRange> gaps) {

    /** Of an outbox of which nothing is known. */
    static final PublishedExtent NOTHING = new PublishedExtent(Frontier.MINUS_INFINITY, List.of());

    /** @throws IllegalArgumentException if the gaps are not as they must be */
    PublishedExtent {
        gaps = List.copyOf(gaps);
        NumberRange before = null;
        for (NumberRange gap : gaps) {
            if (gap.hi() > top || (before != null && gap.lo() <= before.hi())) {
                throw new IllegalArgumentException(gap + " behind " + before + " with top " + top);
            }
            before = gap;
        }
    }

    /**
     * What was stored.
     *
     * @param lo the lower ends of the gaps; may hold nulls
     * @param hi the upper ends; may hold nulls
     * @throws IllegalArgumentException if that is not an extent
     */
    static PublishedExtent stored(long top, List<Long> lo, List<Long> hi) {
        if (lo.size() != hi.size()) {
            throw new IllegalArgumentException(lo.size() + " lower ends of gaps, " + hi.size() + " upper ends");
        }
        if (lo.contains(null) || hi.contains(null)) {
            throw new IllegalArgumentException("the end of a gap is null");
        }
        List<NumberRange> gaps = new ArrayList<>(lo.size());
        for (int i = 0; i < lo.size(); i++) {
            gaps.add(new NumberRange(lo.get(i), hi.get(i)));
        }
        return new PublishedExtent(top, gaps);
    }

    long[] gapsLo() {
        return gaps.stream().mapToLong(NumberRange::lo).toArray();
    }

    long[] gapsHi() {
        return gaps.stream().mapToLong(NumberRange::hi).toArray();
    }

    /**
     * How far publishing got once the rows read longest ago are settled. What was read later and stands below the new top, as a row
     * does that committed late, is a gap like what was not read at all.
     *
     * @param frontier what was read so far, all of it
     * @param unsettled the rows that were read and, those that are settled now included, not settled before
     * @param count how many of those are settled now
     */
    PublishedExtent after(Frontier frontier, RowNumbers unsettled, int count) {
        long highest = Arrays.stream(unsettled.oldest(count)).reduce(top, Math::max);
        List<NumberRange> missing = new ArrayList<>();
        for (NumberRange gap : frontier.gaps()) {
            if (gap.lo() <= highest) {
                missing.add(new NumberRange(gap.lo(), Math.min(gap.hi(), highest)));
            }
        }
        for (long number : unsettled.allBut(count)) {
            if (number < highest) {
                missing.add(new NumberRange(number, number));
            }
        }
        return new PublishedExtent(highest, joined(missing));
    }

    /** The same numbers in as few ranges as will do. */
    private static List<NumberRange> joined(List<NumberRange> ranges) {
        List<NumberRange> ascending = new ArrayList<>(ranges);
        ascending.sort(Comparator.comparingLong(NumberRange::lo));
        List<NumberRange> joined = new ArrayList<>();
        NumberRange open = null;
        for (NumberRange range : ascending) {
            if (open != null && range.lo() - 1 <= open.hi()) {
                open = new NumberRange(open.lo(), Math.max(open.hi(), range.hi()));
                joined.set(joined.size() - 1, open);
            } else {
                open = range;
                joined.add(open);
            }
        }
        return joined;
    }
}
