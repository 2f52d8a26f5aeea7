package io.outboxrelay.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The lines that a process writes, as they come, read by a thread of their own so that the process never waits for its reader. */
final class ProcessOutput {
    private static final int LINES_MAX = 20_000;
    private static final int END_LINES = 40;

    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private final Thread reader;
    private boolean ended;

    private ProcessOutput(InputStream stream) {
        reader = new Thread(() -> read(stream), "process-output");
        reader.setDaemon(true);
    }

    /** Reads the stream to its end. */
    static ProcessOutput of(InputStream stream) {
        ProcessOutput output = new ProcessOutput(stream);
        output.reader.start();
        return output;
    }

    synchronized List<String> lines() {
        return new ArrayList<>(lines);
    }

    /** The last lines, as one text. */
    String end() {
        List<String> all = lines();
        return String.join("\n", all.subList(Math.max(0, all.size() - END_LINES), all.size()));
    }

    /** The first line that holds the text, waited for; empty when none came in time or before the end. */
    synchronized Optional<String> awaitLine(String text, Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        while (true) {
            Optional<String> found =
                    lines.stream().filter(line -> line.contains(text)).findFirst();
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (found.isPresent() || ended || leftMillis <= 0) {
                return found;
            }
            await(leftMillis);
        }
    }

    /** Waits until everything has been read. */
    synchronized void awaitEnd(Duration bound) {
        long deadline = System.nanoTime() + bound.toNanos();
        for (long left = 1; !ended && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            await(left);
        }
    }

    // Called by methods that hold the monitor and look again afterwards.
    @SuppressWarnings({"WaitNotInLoop", "NakedNotify"})
    private synchronized void await(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for output", e);
        }
    }

    private void read(InputStream stream) {
        try (BufferedReader from = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = from.readLine(); line != null; line = from.readLine()) {
                add(line);
            }
        } catch (IOException e) {
            add("(its output broke off: " + e.getMessage() + ")");
        } finally {
            finish();
        }
    }

    private synchronized void add(String line) {
        if (lines.size() == LINES_MAX) {
            lines.removeFirst();
        }
        lines.add(line);
        notifyAll();
    }

    private synchronized void finish() {
        ended = true;
        notifyAll();
    }
}
