package io.outboxrelay.debezium.store;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A store in one file, which is replaced whole: written beside it under another name, forced to the disk, renamed, and the name
 * forced too. Whenever the process or the machine dies, the file is the old one or the new one. A file {@code <name>.lock} beside it is
 * locked while the store is open, so that no second process writes.
 */
public final class StateFile implements StateStore {

    private final Path file;
    private final FileChannel lock;
    private final Disk disk;
    private SortedMap<String, String> values;

    private StateFile(Path file, FileChannel lock, Disk disk, SortedMap<String, String> values) {
        this.file = file;
        this.lock = lock;
        this.disk = disk;
        this.values = values;
    }

    /**
     * Opens the store; there need be no file yet, but its directory.
     *
     * @throws RelayException FENCED while another process has it, or this one; POSITION_LOST when it is damaged; MISCONFIGURED when it is
     *     something else, or its directory is not there or not to be written to; TRANSIENT when the disk fails
     */
    public static StateFile open(Path file) {
        return open(file, new LocalDisk());
    }

    static StateFile open(Path file, Disk disk) {
        Path target = resolve(file);
        FileChannel lock = lock(target);
        try {
            return new StateFile(target, lock, disk, read(target));
        } catch (RelayException e) {
            close(lock);
            throw e;
        }
    }

    /**
     * What stands in the file, beside a relay that may have it open: it is replaced whole. Takes no lock and makes nothing.
     *
     * @return immutable; empty where there is no file
     * @throws RelayException as {@link #open}, never FENCED
     */
    public static SortedMap<String, String> peek(Path file) {
        return read(resolve(file));
    }

    @Override
    public synchronized SortedMap<String, String> values() {
        return values;
    }

    @Override
    public synchronized void put(String key, String value) {
        SortedMap<String, String> changed = new TreeMap<>(values);
        changed.put(key, value);
        replace(changed);
    }

    @Override
    public synchronized void remove(String key) {
        SortedMap<String, String> changed = new TreeMap<>(values);
        if (changed.remove(key) != null) {
            replace(changed);
        }
    }

    @Override
    public synchronized void close() {
        close(lock);
    }

    private void replace(SortedMap<String, String> changed) {
        if (!lock.isOpen()) {
            throw new IllegalStateException("the store is closed");
        }
        Path beside = sibling(file, ".new");
        try {
            disk.write(beside, StoredText.encode(changed));
            disk.force(beside);
            disk.rename(beside, file);
            disk.forceDirectory(directory(file));
        } catch (IOException e) {
            throw new RelayException(Failure.of(
                    FailureKind.TRANSIENT,
                    "cannot write the relay's state to " + file + ": " + words(e),
                    "see to the disk and to the permissions of the file and its directory; the relay goes on by itself",
                    e));
        }
        values = Collections.unmodifiableSortedMap(changed);
    }

    /** What a link points to, so that it is the file itself that is replaced, and locked only once. */
    private static Path resolve(Path file) {
        try {
            return Files.isSymbolicLink(file)
                    ? file.toRealPath()
                    : directory(file).toRealPath().resolve(file.getFileName());
        } catch (IOException e) {
            throw new RelayException(Failure.of(
                    FailureKind.MISCONFIGURED,
                    "there is no directory for the relay's state: " + words(e),
                    "make the directory of " + file + " on a disk that outlives the relay, or name another file",
                    e));
        }
    }

    private static FileChannel lock(Path file) {
        Path name = sibling(file, ".lock");
        FileChannel channel = null;
        try {
            channel = FileChannel.open(name, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Held within this process: refused in the same words.
        } catch (FileSystemException e) {
            throw new RelayException(Failure.of(
                    FailureKind.MISCONFIGURED,
                    "cannot make " + name + ": " + words(e),
                    "let the relay's user write to that directory, or name a file elsewhere",
                    e));
        } catch (IOException e) {
            close(channel);
            throw new RelayException(
                    Failure.of(FailureKind.TRANSIENT, "cannot lock " + name + ": " + words(e), "see to the disk", e));
        }
        close(channel);
        throw new RelayException(
                FailureKind.FENCED,
                "the relay's state in " + file + " is in use by another relay or another pipeline",
                "give every pipeline a file of its own; if this one stands by for the other, it needs nothing");
    }

    private static SortedMap<String, String> read(Path file) {
        try {
            return Collections.unmodifiableSortedMap(StoredText.decode(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Collections.emptySortedMap();
        } catch (StoredText.Unreadable e) {
            throw new RelayException(
                    e.isForeign()
                            ? Failure.of(
                                    FailureKind.MISCONFIGURED,
                                    file + " is not the relay's: " + e.getMessage(),
                                    "name another file for the relay's state; this one is left as it is",
                                    e)
                            : Failure.of(
                                    FailureKind.POSITION_LOST,
                                    "the relay's state in " + file + " cannot be read: " + e.getMessage(),
                                    "bring back the file; or move it away, which begins without what it held (docs/cdc.md)",
                                    e));
        } catch (IOException e) {
            throw new RelayException(Failure.of(
                    FailureKind.TRANSIENT,
                    "cannot read the relay's state from " + file + ": " + words(e),
                    "let the relay's user read the file, or see to the disk",
                    e));
        }
    }

    private static Path sibling(Path file, String ending) {
        return file.resolveSibling(file.getFileName() + ending);
    }

    private static Path directory(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }

    private static String words(IOException error) {
        return error.getClass().getSimpleName().replaceFirst("Exception$", "") + ": " + error.getMessage();
    }

    private static void close(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new RelayException(Failure.of(
                    FailureKind.TRANSIENT, "cannot let go of the relay's state: " + words(e), "see to the disk", e));
        }
    }
}
