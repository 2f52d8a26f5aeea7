package io.outboxrelay.sidecar;

import io.outboxrelay.testkit.RelayProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * The classes of a relay, as the JVM wrote them down at the end of a first one: that spares each later one of the many that tests start a
 * third of its work. Deleted with this JVM.
 */
final class ClassArchive {
    private static final Path FILE = written();

    private ClassArchive() {}

    /** For relays that are started now. */
    static String option() {
        return "-XX:SharedArchiveFile=" + FILE;
    }

    private static Path written() {
        try (Scene scene = Scene.withShop().fromLog()) {
            Path file = Files.createTempDirectory("outbox-relay-classes-").resolve("relay.jsa");
            RelayProcess relay =
                    scene.startRelayWith(Scene.SHORT_LIVED + " -Xlog:disable -XX:ArchiveClassesAtExit=" + file);
            relay.awaitLine("running: ", Scene.BOUND);
            relay.terminate();
            relay.awaitExit(Scene.BOUND);
            file.getParent().toFile().deleteOnExit();
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
