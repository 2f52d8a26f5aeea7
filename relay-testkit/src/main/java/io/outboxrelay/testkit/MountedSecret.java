package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * Files with secrets as Kubernetes mounts them: each a symbolic link through a directory {@code ..data}, which is a symbolic
 * link itself and is replaced in one step. So the files change all at once, and none is ever half written or missing. The
 * directory is the caller's to delete. Confined to one thread.
 */
public final class MountedSecret {
    private final Path directory;
    private int version;

    private MountedSecret(Path directory) {
        this.directory = directory;
    }

    /** Mounts these files, by name, in a directory that is there. */
    public static MountedSecret in(Path directory, Map<String, String> contents) {
        MountedSecret secret = new MountedSecret(directory);
        secret.replace(contents);
        try {
            for (String name : contents.keySet()) {
                Files.createSymbolicLink(secret.file(name), Path.of("..data", name));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot link the secrets in " + directory, e);
        }
        return secret;
    }

    /** Where a file is read, before and after it was replaced. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    /** All files anew; the same names as before are asked for. */
    public void replace(Map<String, String> contents) {
        version++;
        try {
            Path next = Files.createDirectory(directory.resolve("..version" + version));
            for (Map.Entry<String, String> file : contents.entrySet()) {
                Files.writeString(next.resolve(file.getKey()), file.getValue());
            }
            Path link = Files.createSymbolicLink(directory.resolve("..data_tmp"), next.getFileName());
            Files.move(link, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot replace the secrets in " + directory, e);
        }
    }
}
