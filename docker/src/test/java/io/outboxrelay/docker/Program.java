package io.outboxrelay.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of this machine to its end. */
final class Program {
    private static final Duration MAX = Duration.ofMinutes(4);

    private Program() {}

    /** Whether it is there and ends with 0. */
    static boolean runs(String... command) {
        try {
            return ended(List.of(command)).status() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * What it says on both streams.
     *
     * @throws IllegalStateException with it, when it does not end with 0
     */
    static String run(List<String> command) throws IOException {
        Ended ended = ended(command);
        if (ended.status() != 0) {
            throw new IllegalStateException(command + " ended with " + ended.status() + ":\n" + ended.said());
        }
        return ended.said();
    }

    private record Ended(int status, String said) {}

    private static Ended ended(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(Tree.DOCKER.toFile())
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(MAX.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + command, e);
        }
        return new Ended(process.exitValue(), said);
    }
}
