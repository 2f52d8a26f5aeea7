package io.outboxrelay.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Lines for a file, a pipe or a log: one a second at most. Belongs to one thread. */
final class PlainView implements View {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final PrintStream out;
    private @Nullable Snapshot shown;
    private @Nullable Snapshot newest;

    PlainView(PrintStream out) {
        this.out = out;
    }

    @Override
    public void line(String text) {
        out.println(text);
        out.flush();
    }

    @Override
    public void show(Snapshot snapshot) {
        newest = snapshot;
        if (shown == null || snapshot.elapsed().minus(INTERVAL).compareTo(shown.elapsed()) >= 0) {
            print(snapshot);
        }
    }

    @Override
    public void settle() {
        Snapshot last = newest;
        if (last != null && !last.equals(shown)) {
            print(last);
        }
    }

    private void print(Snapshot snapshot) {
        shown = snapshot;
        line(format(snapshot));
    }

    static String format(Snapshot snapshot) {
        Snapshot.Counts counts = snapshot.counts();
        String figures = String.format(
                Locale.ROOT,
                "%6.1f s  written=%d published=%d processed=%d pending=%d oldestPendingMs=%d rate=%.0f/s"
                        + " p50Ms=%.1f p99Ms=%.1f",
                snapshot.elapsed().toMillis() / 1000.0,
                counts.written(),
                counts.published(),
                counts.processed(),
                snapshot.pending().rows(),
                snapshot.pending().oldest().toMillis(),
                snapshot.eventsPerSecond(),
                snapshot.latency().p50Millis(),
                snapshot.latency().p99Millis());
        if (snapshot.latest().isEmpty()) {
            return figures;
        }
        Arrival last = snapshot.latest().get(snapshot.latest().size() - 1);
        return figures + "  last: " + last.topic() + "-" + last.partition() + "@" + last.offset() + " key=" + last.key()
                + " " + last.headers();
    }
}
