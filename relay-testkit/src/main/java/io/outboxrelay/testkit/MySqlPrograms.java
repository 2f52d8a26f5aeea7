package io.outboxrelay.testkit;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Where a MySQL server's program is, and how to run it. A test that needs one that is not there is to be skipped, and to say so.
 */
public enum MySqlPrograms {
    /**
     * The newest that can be had: what {@code relay-testkit/mysql-server} unpacked, in the directory that the environment variable
     * {@code OUTBOX_RELAY_MYSQL} names or in its usual one, or else what is installed.
     */
    NEWEST,
    /** 8.0.15, from the class path, for Linux on x86-64; wants the library libaio. */
    EIGHT;

    private static final String DIRECTORY_VARIABLE = "OUTBOX_RELAY_MYSQL";
    private static final String EIGHT_ARCHIVE = "/mysql-Linux-amd64.tar.gz";
    private static final long COMMAND_BOUND_MILLIS = 30_000;

    private @Nullable Found found;

    /**
     * A server's program, and where its messages are.
     *
     * @param command how it is called
     * @param messages the directory with its messages and character sets; null where it finds them by itself
     */
    record Found(List<String> command, @Nullable Path messages) {

        List<String> with(String... arguments) {
            List<String> all = new ArrayList<>(command);
            // A file of settings that this machine happens to have is not for tests.
            all.add("--no-defaults");
            if (messages != null) {
                all.add("--lc-messages-dir=" + messages);
                all.add("--character-sets-dir=" + messages.resolve("charsets"));
            }
            all.addAll(List.of(arguments));
            return all;
        }
    }

    /** Whether it can be run here. */
    public synchronized boolean isThere() {
        return whyNot().isEmpty();
    }

    /** Why a test is skipped; empty where it need not be. */
    public synchronized String whyNot() {
        try {
            find();
            return "";
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /**
     * The program.
     *
     * @throws IllegalStateException when there is none, or it does not run here
     */
    synchronized Found find() {
        Found here = found;
        if (here == null) {
            here = this == EIGHT ? eight() : newest();
            Commands.run(here.with("--version"), COMMAND_BOUND_MILLIS);
            found = here;
        }
        return here;
    }

    private static Found newest() {
        for (Path directory : unpacked()) {
            Path program = directory.resolve("usr/sbin/mysqld");
            if (Files.isExecutable(program)) {
                return ofOtherSystem(directory, program);
            }
        }
        for (String installed :
                List.of("/usr/sbin/mysqld", "/usr/local/mysql/bin/mysqld", "/opt/homebrew/bin/mysqld")) {
            // MariaDB's goes by the same name.
            if (Files.isExecutable(Path.of(installed)) && !Files.exists(Path.of("/usr/sbin/mariadbd"))) {
                return new Found(List.of(installed), null);
            }
        }
        throw new IllegalStateException("there is no MySQL server (run relay-testkit/mysql-server, or name in "
                + DIRECTORY_VARIABLE + " what it unpacked)");
    }

    private static List<Path> unpacked() {
        List<Path> directories = new ArrayList<>();
        Optional.ofNullable(System.getenv(DIRECTORY_VARIABLE)).map(Path::of).ifPresent(directories::add);
        directories.add(
                Path.of(System.getProperty("java.io.tmpdir"), "outbox-relay-mysql-" + System.getProperty("user.name")));
        return directories;
    }

    /** It is of a later system than this one may be: its own loader finds its own C library. */
    private static Found ofOtherSystem(Path directory, Path program) {
        String machine = System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
        String loader = machine.equals("aarch64") ? "ld-linux-aarch64.so.1" : "ld-linux-x86-64.so.2";
        Path libraries = directory.resolve("usr/lib/" + machine + "-linux-gnu");
        return new Found(
                List.of(
                        libraries.resolve(loader).toString(),
                        "--library-path",
                        libraries.toString(),
                        program.toString()),
                directory.resolve("usr/share/mysql"));
    }

    private static synchronized Found eight() {
        if (!System.getProperty("os.arch").equals("amd64")
                || !System.getProperty("os.name").equals("Linux")) {
            throw new IllegalStateException("MySQL 8.0.15 comes for Linux on x86-64 only");
        }
        Path root = unpackedEight();
        Found program = new Found(List.of(root.resolve("bin/mysqld").toString()), root.resolve("share"));
        try {
            Commands.run(program.with("--version"), COMMAND_BOUND_MILLIS);
        } catch (IllegalStateException e) {
            throw String.valueOf(e.getMessage()).contains("libaio")
                    ? new IllegalStateException("MySQL 8.0.15 lacks libaio (Debian: apt-get install libaio1)", e)
                    : e;
        }
        return program;
    }

    private static Path unpackedEight() {
        try (InputStream archive = MySqlPrograms.class.getResourceAsStream(EIGHT_ARCHIVE)) {
            if (archive == null) {
                throw new IllegalStateException("MySQL 8.0.15 is not on the class path");
            }
            return UnpackedArchive.of(
                    "mysql", archive.readAllBytes(), packed -> new GZIPInputStream(new ByteArrayInputStream(packed)));
        } catch (IOException e) {
            throw new UncheckedIOException("MySQL's programs cannot be unpacked", e);
        }
    }
}
