package io.outboxrelay.demo;

import java.io.PrintStream;
import java.util.List;

/**
 * A picture in a terminal that is drawn over the one before. Each is a single write, and no line is cleared before it is
 * written, so nothing flickers. Belongs to one thread.
 */
final class LiveView implements View {
    private static final String CLEAR_LINE_END = "\033[K";
    private static final String CLEAR_BELOW = "\033[J";

    private final PrintStream out;
    private final Screen screen;
    private int drawn;

    LiveView(PrintStream out, Screen screen) {
        this.out = out;
        this.screen = screen;
    }

    @Override
    public void line(String text) {
        // Takes the place of the picture; the next picture comes below.
        out.print(up() + CLEAR_BELOW + text + "\n");
        out.flush();
        drawn = 0;
    }

    @Override
    public void show(Snapshot snapshot) {
        List<String> lines = screen.lines(snapshot);
        StringBuilder picture = new StringBuilder(up());
        lines.forEach(line -> picture.append(line).append(CLEAR_LINE_END).append('\n'));
        out.print(picture);
        out.flush();
        drawn = lines.size();
    }

    @Override
    public void settle() {
        drawn = 0;
    }

    private String up() {
        return drawn == 0 ? "" : "\033[" + drawn + "A\r";
    }
}
