package io.outboxrelay.bench.stage;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What is printed: what goes on, a table for people, and one line for programs. Confined to the main thread. */
public final class Report {
    private final PrintStream out;

    public Report(PrintStream out) {
        this.out = out;
    }

    /** A line about what goes on, in the form that {@link String#format} takes. */
    public void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
        out.flush();
    }

    /** Rows of equally many cells, the first row being the heads; the columns behind the first are for figures. */
    public void table(List<List<String>> rows) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        out.println();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String gap = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? row.get(i) + gap : "  " + gap + row.get(i));
            }
            out.println(line.toString().stripTrailing());
        }
        out.println();
    }

    /** The last line. */
    public void result(ResultLine result) {
        line("%s", result);
    }
}
