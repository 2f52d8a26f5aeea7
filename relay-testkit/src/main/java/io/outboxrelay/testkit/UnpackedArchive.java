package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.InputStream;
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

/**
 * A server's programs from an archive on the class path. Unpacked once for each content and user, into {@code java.io.tmpdir}, and kept
 * there for the next run. Several JVMs may do so at once: each unpacks apart and the first to rename wins.
 */
final class UnpackedArchive {
    private UnpackedArchive() {}

    /** Opens a packed archive. */
    @FunctionalInterface
    interface Unpacking {
        InputStream open(byte[] archive) throws IOException;
    }

    /** The directory that a packed archive is unpacked in, after doing so where this is the first use. */
    static Path of(String name, byte[] archive, Unpacking unpacking) throws IOException {
        String unique = "outbox-relay-" + name + "-" + System.getProperty("user.name") + "-" + fingerprint(archive);
        Path root = Path.of(System.getProperty("java.io.tmpdir"), unique);
        if (!Files.isDirectory(root)) {
            try (TarArchiveInputStream tar = new TarArchiveInputStream(unpacking.open(archive))) {
                unpack(tar, root);
            }
        }
        return root;
    }

    private static String fingerprint(byte[] archive) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    private static void unpack(TarArchiveInputStream tar, Path root) throws IOException {
        Path apart = ScratchDirectory.create("outbox-relay-unpack-");
        // Readable for everyone: where this JVM is root, the server may run as another user.
        Files.setPosixFilePermissions(apart, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            unpackEntry(tar, entry, apart);
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
