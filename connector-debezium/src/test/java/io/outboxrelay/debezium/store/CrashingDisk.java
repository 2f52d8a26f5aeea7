package io.outboxrelay.debezium.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A disk on which the power fails before a step. What was not forced until then is what an unkind operating system may leave: of
 * a file's bytes any beginning, of a renaming either name.
 */
final class CrashingDisk implements Disk {

    /** What is left of what was not forced. */
    record Remains(double shareOfBytes, boolean renamed) {}

    static final class PowerCut extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private final Disk disk = new LocalDisk();
    private final Remains remains;
    private int stepsLeft;
    private final Map<Path, byte[]> unforced = new HashMap<>();
    private Runnable undoRenaming = () -> {};

    CrashingDisk(int stepsBefore, Remains remains) {
        this.stepsLeft = stepsBefore;
        this.remains = remains;
    }

    /** Cuts the power now, if it has not been cut. */
    void cut() throws IOException {
        if (!remains.renamed()) {
            undoRenaming.run();
        }
        for (Map.Entry<Path, byte[]> file : unforced.entrySet()) {
            if (Files.exists(file.getKey())) {
                int left = (int) (file.getValue().length * remains.shareOfBytes());
                Files.write(file.getKey(), Arrays.copyOf(file.getValue(), left));
            }
        }
    }

    @Override
    public void write(Path file, byte[] bytes) throws IOException {
        step();
        disk.write(file, bytes);
        unforced.put(file, bytes);
    }

    @Override
    public void force(Path file) throws IOException {
        step();
        disk.force(file);
        unforced.remove(file);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        step();
        byte[] before = Files.exists(to) ? Files.readAllBytes(to) : null;
        disk.rename(from, to);
        byte[] moved = unforced.remove(from);
        if (moved != null) {
            unforced.put(to, moved);
        }
        undoRenaming = () -> {
            try {
                Files.move(to, from, StandardCopyOption.REPLACE_EXISTING);
                if (before != null) {
                    Files.write(to, before);
                }
                unforced.remove(to);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        step();
        disk.forceDirectory(directory);
        undoRenaming = () -> {};
    }

    private void step() {
        if (stepsLeft-- == 0) {
            throw new PowerCut();
        }
    }
}
