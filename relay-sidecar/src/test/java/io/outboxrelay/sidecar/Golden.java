package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a command is expected to print, in a file below {@code src/test/resources/golden}. With {@code
 * -Doutboxrelay.golden=write} the files are written instead, to be looked at before they are committed.
 */
final class Golden {
    private static final Path DIRECTORY =
            Path.of(System.getProperty("outboxrelay.root")).resolve("relay-sidecar/src/test/resources/golden");

    private Golden() {}

    /** Fails unless the text is the file's; the name is relative, without {@code .txt}. */
    static void assertSame(String name, String text) {
        Path file = DIRECTORY.resolve(name + ".txt");
        try {
            if ("write".equals(System.getProperty("outboxrelay.golden"))) {
                Files.createDirectories(file.getParent());
                Files.writeString(file, text);
            }
            assertThat(text).as("golden/%s.txt", name).isEqualTo(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("no golden file " + name, e);
        }
    }
}
