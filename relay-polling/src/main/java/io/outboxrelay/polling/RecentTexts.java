package io.outboxrelay.polling;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes texts of bytes, and gives the same one again for the same bytes: types and kinds of aggregates are few, and rows in
 * flight many. Remembers a fixed number of short texts, each until another one takes its place. Used by one thread only.
 */
final class RecentTexts {

    private static final int PLACES = 256;
    private static final int BYTES_MAX = 64;

    private final @Nullable Known[] known = new Known[PLACES];

    /** The text whose UTF-8 bytes these are. */
    String of(byte[] array, int from, int length) {
        if (length > BYTES_MAX) {
            return new String(array, from, length, StandardCharsets.UTF_8);
        }
        int hash = length;
        for (int i = from; i < from + length; i++) {
            hash = 31 * hash + array[i];
        }
        int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
        Known recent = known[place];
        if (recent != null && recent.is(array, from, length)) {
            return recent.text();
        }
        byte[] bytes = Arrays.copyOfRange(array, from, from + length);
        Known made = new Known(bytes, new String(bytes, StandardCharsets.UTF_8));
        known[place] = made;
        return made.text();
    }

    private record Known(byte[] bytes, String text) {

        boolean is(byte[] array, int from, int length) {
            return Arrays.equals(bytes, 0, bytes.length, array, from, from + length);
        }
    }
}
