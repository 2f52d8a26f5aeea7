package io.outboxrelay.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Whether processes that are started from here can be interrupted. A shell makes the jobs that a script starts in the background
 * ignore SIGINT, every process below inherits that, and a JVM leaves it so.
 */
public final class InterruptSignal {

    private static final long SIGINT_MASK = 1L << 1;

    private InterruptSignal() {}

    /** False where SIGINT is ignored by this process, as Linux tells; true where that is not to be known. */
    public static boolean isTaken() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream()
                    .filter(line -> line.startsWith("SigIgn:"))
                    .noneMatch(line -> (Long.parseUnsignedLong(line.substring(7).trim(), 16) & SIGINT_MASK) != 0);
        } catch (IOException e) {
            return true;
        }
    }
}
