package io.outboxrelay.route;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;

/**
 * A row's own time as a database writes it: a number of milliseconds since 1970, or a date and a time of day as in ISO 8601, with a
 * blank between them or a {@code T}, and in UTC where no offset follows. Read by hand, as it is done for every row.
 */
final class RowTime {

    private static final int SECONDS_END = 19;
    private static final int FRACTION_DIGITS = 3;

    private RowTime() {}

    /**
     * In milliseconds since 1970, rounded down.
     *
     * @throws IllegalArgumentException when it is no time, or one before 1970, which no message can have
     */
    static long millis(String text) {
        long millis;
        try {
            millis = isWritten(text) ? written(text) : Long.parseLong(text);
        } catch (NumberFormatException | DateTimeException e) {
            throw new IllegalArgumentException("it is no point in time");
        }
        if (millis < 0) {
            throw new IllegalArgumentException("it is before 1970");
        }
        return millis;
    }

    private static boolean isWritten(String text) {
        return text.length() >= SECONDS_END && text.charAt(4) == '-';
    }

    private static long written(String text) {
        LocalDate date = LocalDate.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10));
        LocalTime time = LocalTime.of(number(text, 11, 13), number(text, 14, 16), number(text, 17, SECONDS_END));
        int end = SECONDS_END;
        int millis = 0;
        if (end < text.length() && text.charAt(end) == '.') {
            int begin = ++end;
            while (end < text.length() && Character.isDigit(text.charAt(end))) {
                end++;
            }
            for (int i = begin; i < begin + FRACTION_DIGITS; i++) {
                millis = 10 * millis + (i < end ? text.charAt(i) - '0' : 0);
            }
        }
        String offset = text.substring(end);
        int ahead = offset.isEmpty() ? 0 : ZoneOffset.of(offset).getTotalSeconds();
        return (date.toEpochDay() * 86_400 + time.toSecondOfDay() - ahead) * 1_000 + millis;
    }

    private static int number(String text, int from, int to) {
        return Integer.parseUnsignedInt(text, from, to, 10);
    }
}
