package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The program of a {@link MySqlServer}, its data and its port. Used by one thread at a time. */
final class MySqlProcess {
    private static final long STOP_MAX_SECONDS = 60;
    private static final long INITIALISE_MAX_MILLIS = 120_000;

    private final MySqlPrograms.Found programs;
    private final Map<String, String> options;
    private final Path directory = ScratchDirectory.create("outbox-relay-mysql-");
    private final int port = FreePort.pick();
    private final AfterExit cleanUp;
    private @Nullable Process process;

    MySqlProcess(MySqlPrograms.Found programs, Map<String, String> options) {
        this.programs = programs;
        this.options = options;
        this.cleanUp =
                AfterExit.run("kill -KILL \"$(cat \"$1/pid\")\"; sleep 1; rm -rf -- \"$1\"", directory.toString());
    }

    int port() {
        return port;
    }

    Path log() {
        return directory.resolve("server.log");
    }

    boolean isAlive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    /** Makes the data of a new server, which lets the superuser in without a password. */
    void initialise() {
        try {
            Path users = Files.writeString(
                    directory.resolve("users.sql"),
                    "CREATE USER root@'127.0.0.1';\nGRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n");
            Commands.run(
                    programs.with(
                            "--initialize-insecure",
                            "--datadir=" + data(),
                            "--user=" + System.getProperty("user.name"),
                            "--init-file=" + users,
                            "--skip-log-bin"),
                    INITIALISE_MAX_MILLIS);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot initialise MySQL", e);
        }
    }

    /** Starts the program; it may not let anybody in yet. */
    void launch() {
        List<String> command = programs.with(
                "--datadir=" + data(),
                "--user=" + System.getProperty("user.name"),
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--socket=" + directory.resolve("socket"),
                "--pid-file=" + directory.resolve("pid"),
                "--secure-file-priv=NULL",
                "--skip-name-resolve",
                "--mysqlx=OFF");
        options.forEach((name, value) -> command.add("--" + name + "=" + value));
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start MySQL", e);
        }
    }

    /** Ends it in good order. */
    void stop() {
        Process running = process;
        if (running != null) {
            running.destroy();
            await(running);
            process = null;
        }
    }

    /** Ends it at once; it is gone when this returns. */
    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
            await(running);
            process = null;
        }
    }

    private static void await(Process ending) {
        try {
            if (!ending.waitFor(STOP_MAX_SECONDS, TimeUnit.SECONDS)) {
                ending.destroyForcibly();
                throw new IllegalStateException("MySQL did not end within " + STOP_MAX_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while MySQL ends", e);
        }
    }

    private Path data() {
        return directory.resolve("data");
    }

    /** What the server has said, for a failure message. */
    String logText() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }

    /** Ends it and deletes its data. */
    void delete() {
        kill();
        ScratchDirectory.delete(directory);
        cleanUp.close();
    }
}
