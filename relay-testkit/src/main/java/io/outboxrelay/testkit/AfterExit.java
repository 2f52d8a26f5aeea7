package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a shell script once this JVM is gone, however it went: a {@code SIGKILL} runs no shutdown hook, and a database
 * server would outlive the test that started it.
 *
 * <p>It works by a pipe: a small {@code sh} reads from this JVM and sees the end of the stream when the kernel closes
 * it. The shell ignores the signals that a terminal sends to the whole process group, so that Ctrl-C does not make it
 * act while this JVM is still shutting down in good order. Safe to use from any thread.
 */
public final class AfterExit implements AutoCloseable {
    private final Process watcher;

    private AfterExit(Process watcher) {
        this.watcher = watcher;
    }

    /**
     * Arms the script.
     *
     * @param script POSIX shell; the arguments are {@code $1}, {@code $2}, ...
     * @throws UncheckedIOException when no shell can be started
     */
    public static AfterExit run(String script, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "trap '' INT TERM HUP; cat >/dev/null; " + script, "after-exit"));
        command.addAll(List.of(arguments));
        try {
            return new AfterExit(new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a shell to clean up after this JVM", e);
        }
    }

    /** Disarms: the script will not run. The pipe is closed only after the shell that listens to it is dead. */
    @Override
    public void close() {
        // The shell and its cat: the cat would otherwise live on until the pipe closes.
        watcher.descendants().forEach(ProcessHandle::destroyForcibly);
        watcher.destroyForcibly();
    }
}
