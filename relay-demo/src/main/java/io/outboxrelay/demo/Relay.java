package io.outboxrelay.demo;

import io.outboxrelay.testkit.AfterExit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The relay as a user runs it: the distribution's command with a configuration file, in a process of its own. Belongs to
 * one thread.
 */
final class Relay implements AutoCloseable {
    private static final int LOG_LINES_MAX = 20;
    /** A little longer than the relay takes to drain at most. */
    private static final Duration STOP_MAX = Duration.ofSeconds(40);
    /** Ctrl-C reaches every process of the terminal, but this one has to go on until the writers have stopped. */
    private static final String IGNORING_CTRL_C = "trap '' INT HUP; exec \"$@\"";

    private final Process process;
    private final Path log;
    /** A relay must not outlive a demo that was killed. */
    private final AfterExit cleanUp;

    private Relay(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.cleanUp = AfterExit.run("kill \"$1\"", Long.toString(process.pid()));
    }

    /**
     * Starts {@code bin/outbox-relay run --config FILE}.
     *
     * @param log gets what the relay writes to both of its streams
     */
    static Relay started(Path distribution, Path configFile, Path log) {
        String command = distribution.resolve("bin/outbox-relay").toString();
        ProcessBuilder builder = new ProcessBuilder(
                        "sh", "-c", IGNORING_CTRL_C, "demo", command, "run", "--config", configFile.toString())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        try {
            return new Relay(builder.start(), log);
        } catch (IOException e) {
            throw new DemoFailure("cannot start " + command + ": " + e.getMessage(), e);
        }
    }

    long pid() {
        return process.pid();
    }

    /** Throws when the relay has ended by itself. */
    void requireRunning() {
        if (!process.isAlive()) {
            throw failure("the relay ended by itself, with exit status " + process.exitValue());
        }
    }

    /** A failure with the last lines of the relay's log. */
    DemoFailure failure(String message) {
        return new DemoFailure(message + "; the last lines of its log:\n" + logEnd());
    }

    /**
     * Ends the relay as an operating system does, by SIGTERM, and waits for it.
     *
     * @throws DemoFailure when it does not end in time, or not with exit status 0
     */
    void stop() {
        process.destroy();
        if (!ended(STOP_MAX)) {
            throw failure("the relay did not stop within " + STOP_MAX.toSeconds() + " s");
        }
        if (process.exitValue() != 0) {
            throw failure("the relay stopped with exit status " + process.exitValue() + " instead of 0");
        }
    }

    /** Ends the relay, whatever state it is in. */
    @Override
    public void close() {
        process.destroy();
        if (!ended(STOP_MAX)) {
            process.destroyForcibly();
            ended(STOP_MAX);
        }
        cleanUp.close();
    }

    private boolean ended(Duration bound) {
        try {
            return process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The last lines of its log. */
    String logEnd() {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_MAX), lines.size()));
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}
