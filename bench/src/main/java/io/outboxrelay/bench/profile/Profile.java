package io.outboxrelay.bench.profile;

import io.outboxrelay.bench.stage.Arguments;
import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A profile of the relay that was asked for, or none: {@code --jfr} names the file for the recording, {@code --svg} that for the
 * picture. Confined to the main thread.
 */
public final class Profile {
    /** The options that it understands; both take a value. */
    public static final List<String> OPTIONS = List.of("--jfr", "--svg");

    private final Optional<Path> recording;
    private final Optional<Path> picture;

    private Profile(Optional<Path> recording, Optional<Path> picture) {
        this.recording = recording;
        this.picture = picture;
    }

    /** @throws UsageException when a file is to be written where there is no directory */
    public static Profile in(Arguments given) throws UsageException {
        return new Profile(file(given, "--jfr"), file(given, "--svg"));
    }

    private static Optional<Path> file(Arguments given, String name) throws UsageException {
        Optional<Path> file = given.text(name).map(Path::of).map(Path::toAbsolutePath);
        if (file.isPresent()) {
            Path parent = file.get().getParent();
            if (parent == null || !Files.isWritable(parent) || Files.isDirectory(file.get())) {
                throw new UsageException(name + " takes a file that can be written, not '" + file.get() + "'");
            }
        }
        return file;
    }

    public boolean isWanted() {
        return recording.isPresent() || picture.isPresent();
    }

    /** What the JVM is to be started with. */
    public String jvmOptions() {
        return isWanted() ? Recording.JVM_OPTIONS : "";
    }

    /**
     * Writes the files of a process that still runs; those of an earlier one are replaced.
     *
     * @param from the picture shows what was done from here
     * @param to up to here; the recording holds everything
     */
    public void save(long pid, Instant from, Instant to) {
        if (!isWanted()) {
            return;
        }
        try {
            Path temporary = Files.createTempFile("outbox-relay-", ".jfr");
            try {
                Recording.dump(pid, temporary);
                if (picture.isPresent()) {
                    Files.writeString(picture.get(), FlameGraph.of(Samples.in(temporary, from, to)));
                }
                if (recording.isPresent()) {
                    Files.copy(temporary, recording.get(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
                }
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new BenchFailure("the profile could not be written: " + e, e);
        }
    }
}
