package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * A pooler's process on a loopback port, as {@link PgBouncer} and {@link Pgpool} start it, with its files in a directory of its
 * own. Safe to use from any thread.
 */
final class PoolerProcess implements AutoCloseable {
    private static final int BIND_ATTEMPTS_MAX = 5;
    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final long END_MAX_SECONDS = 10;
    private static final long CLIENTS_MAX_SECONDS = 1;

    private final Path directory;
    private final int port;
    private final Process process;
    private final ProcessOutput output;
    private final AfterExit cleanUp;

    private PoolerProcess(Path directory, int port, Process process) {
        this.directory = directory;
        this.port = port;
        this.process = process;
        this.output = ProcessOutput.of(process.getInputStream());
        this.cleanUp = AfterExit.run(
                "kill -TERM \"$1\"; sleep 1; kill -KILL \"$1\"; rm -rf -- \"$2\"",
                Long.toString(process.pid()),
                directory.toString());
    }

    /**
     * Starts a program in the foreground, on a port that is free now.
     *
     * @param command its command line, with its files written, for a directory and a port
     * @param ready what it says once it listens
     */
    static PoolerProcess started(BiFunction<Path, Integer, List<String>> command, String ready) {
        for (int attempt = 1; ; attempt++) {
            Path directory = ScratchDirectory.create("outbox-relay-pooler-");
            int port = FreePort.pick();
            PoolerProcess pooler = start(directory, port, command.apply(directory, port));
            if (pooler.output.awaitLine(ready, START_MAX).isPresent()) {
                return pooler;
            }
            String said = pooler.output.end();
            pooler.close();
            // Another process can take the port between the choice and the bind; another port then.
            if (attempt == BIND_ATTEMPTS_MAX || !said.contains("in use")) {
                throw new IllegalStateException("the pooler did not start: " + said);
            }
        }
    }

    private static PoolerProcess start(Path directory, int port, List<String> command) {
        ServerUser user = ServerUser.forThisProcess();
        user.own(directory);
        try {
            Process process = new ProcessBuilder(user.command(command))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
            return new PoolerProcess(directory, port, process);
        } catch (IOException e) {
            ScratchDirectory.delete(directory);
            throw new UncheckedIOException("cannot start " + command, e);
        }
    }

    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    int port() {
        return port;
    }

    ProcessOutput output() {
        return output;
    }

    /** Ends it and deletes its files. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(CLIENTS_MAX_SECONDS, TimeUnit.SECONDS)) {
                // pgpool-II waits for its clients after the first signal.
                Commands.run(List.of("kill", "-INT", Long.toString(process.pid())), END_MAX_SECONDS * 1_000);
            }
            if (!process.waitFor(END_MAX_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        cleanUp.close();
        ScratchDirectory.delete(directory);
    }
}
