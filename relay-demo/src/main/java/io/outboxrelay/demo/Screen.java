package io.outboxrelay.demo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The picture of one moment, as lines of at most so many columns and without any terminal's codes. Always the same number
 * of lines for the same size, so that one picture covers the one before.
 *
 * @param columns at least 40; more than 80 are used by the headers only
 * @param rows of the terminal; what does not fit is left off at the end
 */
record Screen(int columns, int rows) {
    private static final int FIGURES = 7;
    private static final int HEADINGS = 2;
    private static final int EVENTS_MAX = 8;
    /** Left free below, so that the terminal does not scroll. */
    private static final int ROWS_FREE = 2;

    List<String> lines(Snapshot snapshot) {
        List<String> lines = new ArrayList<>();
        Snapshot.Counts counts = snapshot.counts();
        Snapshot.Pending pending = snapshot.pending();
        lines.add("");
        lines.add(figure(
                "written",
                number(counts.written()),
                "committed by the order service (" + number(counts.rolledBack()) + " rolled back)"));
        lines.add(figure(
                "published",
                number(counts.published()),
                "received from Kafka (" + number(counts.repeated()) + " repeats)"));
        lines.add(figure("processed", number(counts.processed()), "by the consumer that deduplicates by event id"));
        lines.add(figure("pending", number(pending.rows()), pendingRemark(pending)));
        lines.add(figure("rate", number(Math.round(snapshot.eventsPerSecond())), "events/s over the last 5 s"));
        Latency latency = snapshot.latency();
        lines.add(figure(
                "latency",
                millis(latency.p50Millis()),
                String.format(
                        Locale.ROOT, "median, 99%% within %s, from commit to receipt", millis(latency.p99Millis()))));
        addEvents(lines, snapshot.latest());
        return lines.stream().map(this::cut).toList();
    }

    private static String pendingRemark(Snapshot.Pending pending) {
        return pending.rows() == 0
                ? "rows in the outbox"
                : "rows in the outbox, the oldest committed " + time(pending.oldest()) + " ago";
    }

    private void addEvents(List<String> lines, List<Arrival> latest) {
        int shown = Math.min(EVENTS_MAX, rows - ROWS_FREE - FIGURES - HEADINGS);
        if (shown < 1) {
            return;
        }
        lines.add("");
        lines.add(event("topic", "part", "offset", "key", "headers"));
        int first = Math.max(0, latest.size() - shown);
        for (int i = 0; i < shown; i++) {
            lines.add(first + i < latest.size() ? event(latest.get(first + i)) : "");
        }
    }

    private static String event(Arrival arrival) {
        return event(
                arrival.topic(),
                Integer.toString(arrival.partition()),
                Long.toString(arrival.offset()),
                arrival.key(),
                arrival.headers());
    }

    private static String event(String topic, String partition, String offset, String key, String headers) {
        return String.format(Locale.ROOT, " %-21s %4s %6s %-9s %s", topic, partition, offset, key, headers);
    }

    private static String figure(String name, String value, String remark) {
        return String.format(Locale.ROOT, "  %-9s %10s  %s", name, value, remark);
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String millis(double millis) {
        return millis < 100
                ? String.format(Locale.ROOT, "%.1f ms", millis)
                : String.format(Locale.ROOT, "%,.0f ms", millis);
    }

    private static String time(Duration time) {
        return time.toMillis() < 1_000
                ? time.toMillis() + " ms"
                : String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    private String cut(String line) {
        return line.length() <= columns ? line.stripTrailing() : line.substring(0, columns);
    }
}
