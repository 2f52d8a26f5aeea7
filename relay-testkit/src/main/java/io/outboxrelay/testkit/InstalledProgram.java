package io.outboxrelay.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A program that is not a test dependency but a package of the operating system. A test that needs one that is not there is to
 * be skipped, and to say so.
 *
 * @param name of its executable
 * @param debianPackage what to install
 */
public record InstalledProgram(String name, String debianPackage) {

    /** A pooler that knows sessions, transactions and statements. */
    public static final InstalledProgram PGBOUNCER = new InstalledProgram("pgbouncer", "pgbouncer");

    /** A pooler that sends reads to standbys. */
    public static final InstalledProgram PGPOOL = new InstalledProgram("pgpool", "pgpool2");

    /** A browser that runs without a screen. */
    public static final InstalledProgram CHROMIUM = new InstalledProgram("chromium", "chromium");

    /** A shell that has a way of its own to complete what is typed. */
    public static final InstalledProgram ZSH = new InstalledProgram("zsh", "zsh");

    /** Servers are often here, and not on the path of an ordinary user. */
    private static final List<String> BESIDE_THE_PATH = List.of("/usr/local/sbin", "/usr/sbin", "/sbin");

    /** Whether it can be run here. */
    public boolean isThere() {
        return find().isPresent();
    }

    /** Why a test is skipped. */
    public String whyNot() {
        return name + " is not installed (Debian: apt-get install " + debianPackage + ")";
    }

    /**
     * Its path.
     *
     * @throws IllegalStateException when it is not there
     */
    public String path() {
        return find().orElseThrow(() -> new IllegalStateException(whyNot())).toString();
    }

    private Optional<Path> find() {
        List<String> directories = new ArrayList<>(
                List.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(File.pathSeparator, -1)));
        directories.addAll(BESIDE_THE_PATH);
        return directories.stream()
                .filter(directory -> !directory.isEmpty())
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
