package io.outboxrelay.debezium.decode;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/** Values as PostgreSQL's own cast to text gives them, with DateStyle ISO and time zone UTC. */
final class PostgresText {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final long SECOND_MICROS = 1_000_000;

    /** What the driver, and so Debezium, makes of {@code infinity}. */
    private static final long INFINITY_MICROS = 9_223_372_036_825_200_000L;

    private static final long MINUS_INFINITY_MICROS = -9_223_372_036_832_400_000L;

    private static final int DAYS_1970_TO_2000 = 10_957;

    /** The server's are the ends of an int's range, counted from 2000 on; counted from 1970 on, the upper one has run over. */
    private static final int INFINITY_DAYS = Integer.MIN_VALUE + DAYS_1970_TO_2000 - 1;

    private static final int MINUS_INFINITY_DAYS = Integer.MIN_VALUE + DAYS_1970_TO_2000;

    private PostgresText() {}

    static String bytea(ByteBuffer value) {
        ByteBuffer bytes = value.duplicate();
        byte[] text = new byte[2 + 2 * bytes.remaining()];
        text[0] = '\\';
        text[1] = 'x';
        for (int at = 2; bytes.hasRemaining(); at += 2) {
            byte b = bytes.get();
            text[at] = HEX[(b >> 4) & 0xF];
            text[at + 1] = HEX[b & 0xF];
        }
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** A {@code char(n)} loses its padding when it is cast. */
    static String unpadded(String value) {
        int end = value.length();
        while (end > 0 && value.charAt(end - 1) == ' ') {
            end--;
        }
        return value.substring(0, end);
    }

    static String date(int epochDays) {
        if (epochDays == INFINITY_DAYS || epochDays == MINUS_INFINITY_DAYS) {
            return epochDays == INFINITY_DAYS ? "infinity" : "-infinity";
        }
        return date(LocalDate.ofEpochDay(epochDays), "");
    }

    static String time(long micros) {
        StringBuilder text = new StringBuilder();
        // 24:00:00 is a time to PostgreSQL, and none to Java.
        if (micros == ChronoUnit.DAYS.getDuration().toSeconds() * SECOND_MICROS) {
            return "24:00:00";
        }
        append(text, LocalTime.ofNanoOfDay(micros * 1_000));
        return text.toString();
    }

    static String timestamp(long micros) {
        if (micros == INFINITY_MICROS || micros == MINUS_INFINITY_MICROS) {
            return micros > 0 ? "infinity" : "-infinity";
        }
        LocalDateTime time = LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, SECOND_MICROS),
                (int) Math.floorMod(micros, SECOND_MICROS) * 1_000,
                ZoneOffset.UTC);
        return dateTime(time, "");
    }

    /** Of a time as ISO 8601 writes it. */
    static String timestampAtUtc(String iso) {
        if (iso.equals("infinity") || iso.equals("-infinity")) {
            return iso;
        }
        return dateTime(
                OffsetDateTime.parse(iso).withOffsetSameInstant(ZoneOffset.UTC).toLocalDateTime(), "+00");
    }

    /** Of a decimal as Debezium writes it. */
    static String numeric(String value) {
        return switch (value) {
            case "NAN" -> "NaN";
            case "POSITIVE_INFINITY" -> "Infinity";
            case "NEGATIVE_INFINITY" -> "-Infinity";
            default -> value;
        };
    }

    /** The shortest that reads back as the same; in scientific notation from 1e15 on and below 1e-4. */
    static String doublePrecision(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return special(value);
        }
        double size = Math.abs(value);
        BigDecimal exact = new BigDecimal(size);
        BigDecimal below = exact.subtract(new BigDecimal(Math.nextDown(size)));
        BigDecimal shortest = shortest(exact, below, new BigDecimal(Math.ulp(size)), 17);
        return written(shortest, Double.compare(value, 0.0) < 0, 15);
    }

    /** The same with the shorter range of a {@code real}. */
    static String real(float value) {
        if (Float.isNaN(value) || Float.isInfinite(value)) {
            return special(value);
        }
        float size = Math.abs(value);
        BigDecimal exact = new BigDecimal(size);
        BigDecimal below = exact.subtract(new BigDecimal(Math.nextDown(size)));
        BigDecimal shortest = shortest(exact, below, new BigDecimal(Math.ulp(size)), 9);
        return written(shortest, Float.compare(value, 0.0f) < 0, 6);
    }

    private static String special(double value) {
        return Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    }

    /**
     * The number of fewest digits that is nearer to this one than to its neighbours. What is as near to two is not taken, as
     * PostgreSQL does not take it.
     *
     * @param below how far the next smaller number is
     * @param above how far the next larger one is
     */
    private static BigDecimal shortest(BigDecimal exact, BigDecimal below, BigDecimal above, int digitsMax) {
        for (int digits = 1; digits < digitsMax; digits++) {
            BigDecimal rounded = exact.round(rounding(digits));
            BigDecimal off = rounded.subtract(exact);
            if (off.abs().multiply(TWO).compareTo(off.signum() < 0 ? below : above) < 0) {
                return rounded;
            }
        }
        return exact.round(rounding(digitsMax));
    }

    /** Of two that are as near, PostgreSQL takes the even one. */
    private static MathContext rounding(int digits) {
        return new MathContext(digits, RoundingMode.HALF_EVEN);
    }

    private static String written(BigDecimal exact, boolean negative, int fixedBelow) {
        String sign = negative ? "-" : "";
        BigDecimal value = exact.stripTrailingZeros();
        if (value.signum() == 0) {
            return sign + "0";
        }
        int exponent = value.precision() - value.scale() - 1;
        if (exponent >= -4 && exponent < fixedBelow) {
            return sign + value.toPlainString();
        }
        String digits = value.unscaledValue().toString();
        String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
        String shown = Math.abs(exponent) < 10 ? "0" + Math.abs(exponent) : String.valueOf(Math.abs(exponent));
        return sign + mantissa + "e" + (exponent < 0 ? "-" : "+") + shown;
    }

    private static String dateTime(LocalDateTime time, String zone) {
        StringBuilder text = new StringBuilder(" ");
        append(text, time.toLocalTime());
        return date(time.toLocalDate(), text.append(zone).toString());
    }

    private static String date(LocalDate date, String rest) {
        boolean before = date.getYear() <= 0;
        String year = String.valueOf(before ? 1 - date.getYear() : date.getYear());
        return "0".repeat(Math.max(0, 4 - year.length()))
                + year
                + '-'
                + two(date.getMonthValue())
                + '-'
                + two(date.getDayOfMonth())
                + rest
                + (before ? " BC" : "");
    }

    private static void append(StringBuilder text, LocalTime time) {
        text.append(two(time.getHour()))
                .append(':')
                .append(two(time.getMinute()))
                .append(':')
                .append(two(time.getSecond()));
        int micros = time.getNano() / 1_000;
        if (micros > 0) {
            String fraction = String.valueOf(SECOND_MICROS + micros).substring(1);
            int end = fraction.length();
            while (fraction.charAt(end - 1) == '0') {
                end--;
            }
            text.append('.').append(fraction, 0, end);
        }
    }

    private static String two(int number) {
        return number < 10 ? "0" + number : String.valueOf(number);
    }
}
