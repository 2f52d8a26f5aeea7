package io.outboxrelay.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end. */
final class Commands {
    private Commands() {}

    /**
     * Runs a command and returns what it wrote to both of its streams.
     *
     * <p>The output goes through a file: a server started by the command inherits its streams, and the end of a pipe
     * would come only when that server ends.
     *
     * @throws IllegalStateException when it cannot be started, exits with another status than 0, or is still running
     *     after {@code boundMillis}; it is killed then
     */
    static String run(List<String> command, long boundMillis) {
        Path output = null;
        try {
            output = Files.createTempFile("outbox-relay-command-", ".log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(boundMillis, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " did not end within " + boundMillis + " ms");
            }
            String said = Files.readString(output);
            if (process.exitValue() != 0) {
                throw new IllegalStateException(command + " ended with " + process.exitValue() + ": " + said);
            }
            return said;
        } catch (IOException e) {
            throw new IllegalStateException(command + " could not be run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, e);
        } finally {
            if (output != null) {
                output.toFile().delete();
            }
        }
    }
}
