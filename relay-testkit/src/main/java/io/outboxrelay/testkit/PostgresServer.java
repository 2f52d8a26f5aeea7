package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One data directory and the server process on it, driven through {@code initdb} and {@code pg_ctl}.
 *
 * <p>Safe to use from any thread.
 */
final class PostgresServer implements AutoCloseable {
    private static final long COMMAND_BOUND_MILLIS = 120_000;
    private static final String PG_CTL_BOUND_SECONDS = "100";

    private final PostgresBinaries binaries;
    private final ServerUser user;
    private final UnaryOperator<List<String>> place;
    private final Path directory;
    private final int port;
    private final AfterExit cleanUp;
    private boolean running;

    private PostgresServer(
            PostgresBinaries binaries, ServerUser user, UnaryOperator<List<String>> place, Path directory, int port) {
        this.binaries = binaries;
        this.user = user;
        this.place = place;
        this.directory = directory;
        this.port = port;
        // SIGQUIT is the immediate shutdown; it needs no program of the right user, only the pid.
        this.cleanUp = AfterExit.run(
                "kill -QUIT \"$(head -n 1 \"$1/data/postmaster.pid\")\"; sleep 1; rm -rf -- \"$1\"",
                directory.toString());
    }

    /**
     * What a new server is to be like.
     *
     * @param config settings
     * @param passwordsRequired of roles other than the superuser
     * @param disk that the server is to see; null when none
     * @param walOnDisk whether the write-ahead log is to be there
     */
    record Options(
            Map<String, String> config,
            boolean passwordsRequired,
            @Nullable SmallDisk disk,
            boolean walOnDisk) {}

    /** A new data directory, not started yet. */
    static PostgresServer initialised(int port, Options options) {
        PostgresBinaries binaries = PostgresBinaries.unpacked();
        ServerUser user = ServerUser.forThisProcess();
        SmallDisk disk = options.disk();
        PostgresServer server = new PostgresServer(
                binaries,
                user,
                disk == null ? user::command : disk::command,
                ScratchDirectory.create("outbox-relay-database-"),
                port);
        user.own(server.directory);
        server.initialise(options);
        return server;
    }

    /** A streaming standby of this server, not started yet. This one is stopped for a moment, so that its files can be copied. */
    synchronized PostgresServer standby(int standbyPort) {
        PostgresServer standby = new PostgresServer(
                binaries, user, place, ScratchDirectory.create("outbox-relay-standby-"), standbyPort);
        stop("fast");
        Commands.run(List.of("cp", "-a", data(), standby.data()), COMMAND_BOUND_MILLIS);
        start();
        user.own(standby.directory);
        standby.append(
                "postgresql.conf",
                "\nport = " + standbyPort + "\nprimary_conninfo = 'host=127.0.0.1 port=" + port + " user="
                        + EmbeddedDatabase.SUPERUSER + "'\n");
        standby.append("standby.signal", "");
        return standby;
    }

    /** Puts a certificate and its key where the server looks for them by default. */
    void installCertificate(CertificateAuthority.Identity identity) {
        install(identity.certificate(), "server.crt");
        install(identity.key(), "server.key");
    }

    /** Puts the certificate of an authority where {@code ssl_ca_file = 'clients.crt'} finds it. */
    void installAuthority(Path certificate) {
        install(certificate, "clients.crt");
    }

    private void install(Path file, String name) {
        Commands.run(List.of("cp", "-p", file.toString(), data() + "/" + name), COMMAND_BOUND_MILLIS);
        user.own(directory);
    }

    int port() {
        return port;
    }

    Path log() {
        return directory.resolve("server.log");
    }

    synchronized boolean isRunning() {
        return running;
    }

    /** Starts the server and waits until it accepts connections. */
    synchronized void start() {
        if (running) {
            return;
        }
        try {
            pgCtl("start", "-l", log().toString());
        } catch (IllegalStateException e) {
            throw new IllegalStateException("PostgreSQL did not start: " + logText(), e);
        }
        running = true;
    }

    /** Starts the server where it has ended by itself; it may still be recovering when this returns. */
    synchronized void revive() {
        running = running && isAlive();
        start();
    }

    /** Ends the server in one of the modes of {@code pg_ctl stop} and waits until it is gone. */
    synchronized void stop(String mode) {
        if (running && isAlive()) {
            pgCtl("stop", "-m", mode);
        }
        running = false;
    }

    private boolean isAlive() {
        try {
            run("pg_ctl", "status", "-D", data());
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        stop("immediate");
        ScratchDirectory.delete(directory);
        cleanUp.close();
    }

    private void initialise(Options options) {
        List<String> arguments =
                new ArrayList<>(List.of("-D", data(), "-U", EmbeddedDatabase.SUPERUSER, "-A", "trust"));
        arguments.addAll(List.of("-E", "UTF8", "--locale=C", "--no-sync"));
        SmallDisk disk = options.disk();
        if (disk != null && options.walOnDisk()) {
            arguments.addAll(List.of("--waldir=" + disk.create("wal-" + port), "--wal-segsize=1"));
        }
        run("initdb", arguments.toArray(String[]::new));
        StringBuilder settings = new StringBuilder(
                "\nlisten_addresses = '127.0.0.1'\nport = " + port + "\nunix_socket_directories = ''\n");
        new TreeMap<>(options.config())
                .forEach((name, value) -> settings.append(name)
                        .append(" = '")
                        .append(value.replace("'", "''"))
                        .append("'\n"));
        if (options.passwordsRequired()) {
            // Before 14 it is not the default.
            settings.append("password_encryption = 'scram-sha-256'\n");
        }
        append("postgresql.conf", settings.toString());
        if (options.passwordsRequired()) {
            String superuser = EmbeddedDatabase.SUPERUSER;
            overwrite(
                    "pg_hba.conf",
                    "host all,replication " + superuser + " 127.0.0.1/32 trust\n"
                            + "host all,replication all 127.0.0.1/32 scram-sha-256\n");
        }
    }

    private void pgCtl(String action, String... options) {
        String[] arguments = new String[options.length + 6];
        arguments[0] = action;
        arguments[1] = "-w";
        arguments[2] = "-t";
        arguments[3] = PG_CTL_BOUND_SECONDS;
        arguments[4] = "-D";
        arguments[5] = data();
        System.arraycopy(options, 0, arguments, 6, options.length);
        run("pg_ctl", arguments);
    }

    private void run(String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(binaries.program(program)));
        command.addAll(List.of(arguments));
        Commands.run(place.apply(command), COMMAND_BOUND_MILLIS);
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    private void append(String file, String text) {
        write(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private void overwrite(String file, String text) {
        write(file, text, StandardOpenOption.TRUNCATE_EXISTING);
    }

    private void write(String file, String text, StandardOpenOption... how) {
        try {
            Files.writeString(directory.resolve("data").resolve(file), text, how);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    private String logText() {
        try {
            return Files.readString(log());
        } catch (IOException e) {
            return "(no log: " + e.getMessage() + ")";
        }
    }
}
