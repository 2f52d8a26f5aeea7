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

    /** What a command printed, with a name for everything that is another one each time. */
    static String normalised(CommandRun run, Scene scene) {
        return run.shown()
                .replaceAll("\\b" + scene.name() + "\\b", "SCENE")
                .replaceAll("(settings:? +)\\S*relay.yaml", "$1relay.yaml")
                .replaceAll("(?:localhost|127\\.0\\.0\\.1):\\d+", "HOST:PORT")
                .replaceAll("PostgreSQL \\d[\\d.]*[^,\n]*", "PostgreSQL VERSION")
                .replaceAll("from \\S+ in database session \\d+;", "from ADDRESS in database session PID;")
                .replaceAll("of cluster \\S+", "of cluster ID");
    }
}
