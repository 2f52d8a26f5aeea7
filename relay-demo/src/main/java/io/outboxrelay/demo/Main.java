package io.outboxrelay.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the script {@code demo} runs. Two system properties come from it: {@code outboxrelay.distribution}, the directory of
 * the relay's distribution, and {@code outboxrelay.terminal}, its size as {@code ROWS COLUMNS} where there is one.
 */
public final class Main {
    private static final int EXIT_FAILED = 1;
    private static final int EXIT_USAGE = 2;
    private static final int COLUMNS_MIN = 40;

    private Main() {}

    /** Exits with what {@code usage.txt} says. */
    public static void main(String[] args) {
        StopSignal stop = StopSignal.installed();
        int status = run(List.of(args), System.out, System.err, stop);
        System.out.flush();
        stop.ended(status);
        System.exit(status);
    }

    /** Runs the demo and returns its exit status. */
    static int run(List<String> arguments, PrintStream out, PrintStream err, StopSignal stop) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(usage());
            return 0;
        }
        DemoOptions options;
        try {
            options = DemoOptions.parse(arguments);
        } catch (DemoOptions.UsageException e) {
            err.println("demo: " + e.getMessage());
            return EXIT_USAGE;
        }
        View view = view(options, out);
        try {
            return new Demo(options, Path.of(System.getProperty("outboxrelay.distribution")), view, stop).run();
        } catch (InterruptedException e) {
            return Demo.EXIT_INTERRUPTED;
        } catch (SQLException | RuntimeException e) {
            // Whatever Ctrl-C broke off is no failure.
            if (stop.isRequested()) {
                return Demo.EXIT_INTERRUPTED;
            }
            view.settle();
            out.flush();
            err.println("demo: " + (e instanceof DemoFailure ? e.getMessage() : e.toString()));
            return EXIT_FAILED;
        }
    }

    private static View view(DemoOptions options, PrintStream out) {
        @Nullable String size = System.getProperty("outboxrelay.terminal");
        if (options.plain() || size == null || !size.matches("[0-9]{1,4} [0-9]{1,4}")) {
            return new PlainView(out);
        }
        String[] rowsAndColumns = size.split(" ", 2);
        int rows = Integer.parseInt(rowsAndColumns[0]);
        int columns = Integer.parseInt(rowsAndColumns[1]);
        // Too narrow for a picture: a line that wraps would make it creep down the screen. 0 is a terminal of unknown
        // size.
        return columns == 0 || rows == 0
                ? new LiveView(out, new Screen(80, 24))
                : columns < COLUMNS_MIN ? new PlainView(out) : new LiveView(out, new Screen(columns, rows));
    }

    private static String usage() {
        try (InputStream text = Main.class.getResourceAsStream("usage.txt")) {
            if (text == null) {
                throw new IllegalStateException("usage.txt is not on the class path");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
