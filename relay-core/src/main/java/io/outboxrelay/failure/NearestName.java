package io.outboxrelay.failure;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * The known name that somebody probably meant, for messages about unknown ones. Distance is counted in inserted, removed,
 * replaced and swapped neighbouring characters (optimal string alignment).
 */
public final class NearestName {

    private static final int CHARACTERS_PER_MISTAKE = 4;

    private NearestName() {}

    /** The nearest of the known names, unless it takes more than one mistake in four characters (two are always forgiven). */
    public static Optional<String> of(String name, Collection<String> known) {
        int distanceMax = Math.max(2, name.length() / CHARACTERS_PER_MISTAKE);
        return known.stream()
                .filter(candidate -> Math.abs(candidate.length() - name.length()) <= distanceMax)
                .map(candidate -> new Candidate(candidate, distance(name, candidate)))
                .filter(candidate -> candidate.distance() <= distanceMax)
                .min(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .map(Candidate::name);
    }

    private static int distance(String from, String to) {
        int[] beforePrevious = new int[to.length() + 1];
        int[] previous = new int[to.length() + 1];
        int[] current = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
                boolean swapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                if (swapped) {
                    current[j] = Math.min(current[j], beforePrevious[j - 2] + 1);
                }
            }
            int[] recycled = beforePrevious;
            beforePrevious = previous;
            previous = current;
            current = recycled;
        }
        return previous[to.length()];
    }

    private record Candidate(String name, int distance) {}
}
