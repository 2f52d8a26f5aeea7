package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A relay as a user runs it: the distribution's command with a settings file that only this user can read, in a process of
 * its own. Every wait is bounded and fails with what the relay said last. A relay does not outlive this JVM.
 *
 * <p>Safe to use from any thread.
 */
public final class RelayProcess implements AutoCloseable {
    private static final Duration KILL_MAX = Duration.ofSeconds(20);
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");

    private final Path directory;
    private final Process process;
    private final ProcessOutput output;
    private final AfterExit cleanUp;

    private RelayProcess(Path directory, Process process) {
        this.directory = directory;
        this.process = process;
        this.output = ProcessOutput.of(process.getInputStream());
        this.cleanUp =
                AfterExit.run("kill -9 \"$1\"; rm -rf -- \"$2\"", Long.toString(process.pid()), directory.toString());
    }

    /**
     * Starts {@code bin/outbox-relay run --config FILE}.
     *
     * @param distribution the unpacked distribution
     * @param settings the lines of the file; nothing in them is changed
     * @param arguments further arguments
     */
    public static RelayProcess started(Path distribution, Map<String, String> settings, String... arguments) {
        return startedWith("", distribution, settings, arguments);
    }

    /**
     * The same with options of the JVM, separated by spaces, as {@code OUTBOX_RELAY_OPTS} takes them.
     *
     * @param jvmOptions none when empty, also where this JVM's environment has some
     */
    public static RelayProcess startedWith(
            String jvmOptions, Path distribution, Map<String, String> settings, String... arguments) {
        Path directory = ScratchDirectory.create("outbox-relay-run-");
        try {
            Path file = settingsFile(directory, settings);
            List<String> command = new ArrayList<>(
                    List.of(distribution.resolve("bin/outbox-relay").toString(), "run", "--config", file.toString()));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectErrorStream(true);
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().put("OUTBOX_RELAY_OPTS", jvmOptions);
            return new RelayProcess(directory, builder.start());
        } catch (IOException e) {
            ScratchDirectory.delete(directory);
            throw new UncheckedIOException("cannot start the relay in " + distribution, e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The lines that it has written to either stream, in order; of very many the last ones. */
    public List<String> lines() {
        return output.lines();
    }

    /** Whether a line held this text. */
    public boolean hasSaid(String text) {
        return lines().stream().anyMatch(line -> line.contains(text));
    }

    /**
     * Waits until a line holds this text.
     *
     * @return the first such line
     * @throws IllegalStateException with the output, when there is none within the bound or the relay ended without it
     */
    public String awaitLine(String text, Duration bound) {
        return output.awaitLine(text, bound)
                .orElseThrow(() -> failure("did not say '" + text + "' within " + bound.toMillis() + " ms"));
    }

    /** Whether it ends within the time; waits no longer than needed. */
    public boolean endsWithin(Duration time) {
        try {
            return process.waitFor(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the relay", e);
        }
    }

    /**
     * Waits for its end.
     *
     * @return the exit status; 128 plus the number of the signal that killed it
     * @throws IllegalStateException with the output, when it does not end within the bound
     */
    public int awaitExit(Duration bound) {
        if (!endsWithin(bound)) {
            throw failure("did not end within " + bound.toMillis() + " ms");
        }
        output.awaitEnd(KILL_MAX);
        return process.exitValue();
    }

    /** Asks it to end, by SIGTERM, as an operating system does. Returns at once. */
    public void terminate() {
        // Unlike the process's own, this leaves its output open: what it says from now on is heard.
        process.toHandle().destroy();
    }

    /** Sends it SIGINT, as Ctrl-C does; SIGTERM where {@link InterruptSignal} says that it would not take that. */
    public void interrupt() {
        Commands.run(
                List.of("kill", InterruptSignal.isTaken() ? "-INT" : "-TERM", Long.toString(pid())),
                KILL_MAX.toMillis());
    }

    /** Ends it by SIGKILL, in the middle of whatever it does; it is gone when this returns. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(KILL_MAX);
    }

    /**
     * The memory that it occupies, in bytes; Linux only.
     *
     * @throws IllegalStateException when it has ended
     */
    public long residentBytes() {
        try {
            Matcher matcher = RESIDENT.matcher(Files.readString(Path.of("/proc/" + pid() + "/status")));
            if (matcher.find()) {
                return Long.parseLong(matcher.group(1)) << 10;
            }
        } catch (IOException e) {
            throw new IllegalStateException("the relay has ended", e);
        }
        throw failure("has ended");
    }

    /** What each of its threads does at the moment, with the threads' names. */
    public String threadDump() {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return Commands.run(List.of(jcmd, Long.toString(pid()), "Thread.print"), KILL_MAX.toMillis());
    }

    /** An exception that holds what the relay said last. */
    public IllegalStateException failure(String what) {
        return new IllegalStateException("the relay " + what + "; it said last:\n" + output.end());
    }

    /** Ends it if it still runs, by SIGKILL, and deletes its settings. */
    @Override
    public void close() {
        kill();
        cleanUp.close();
        ScratchDirectory.delete(directory);
    }

    /** Writes {@code relay.yaml} into a directory, for its owner alone to read. */
    public static Path settingsFile(Path directory, Map<String, String> settings) throws IOException {
        Path file = directory.resolve("relay.yaml");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        StringBuilder text = new StringBuilder();
        settings.forEach((key, value) ->
                text.append(key).append(": '").append(value.replace("'", "''")).append("'\n"));
        return Files.writeString(file, text);
    }
}
