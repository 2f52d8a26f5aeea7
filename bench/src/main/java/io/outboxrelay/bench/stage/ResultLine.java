package io.outboxrelay.bench.stage;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The last line of a run, for programs: {@code RESULT name=value name=value ...}. Confined to one thread. */
public final class ResultLine {
    private final List<String> fields = new ArrayList<>(List.of("RESULT"));

    /** A word, which must hold no blank. */
    public ResultLine with(String name, String value) {
        fields.add(name + "=" + value);
        return this;
    }

    /** A whole number. */
    public ResultLine with(String name, long value) {
        return with(name, Long.toString(value));
    }

    /** A figure in a format such as {@code %.2f}. */
    public ResultLine with(String name, String format, double value) {
        return with(name, String.format(Locale.ROOT, format, value));
    }

    @Override
    public String toString() {
        return String.join(" ", fields);
    }
}
