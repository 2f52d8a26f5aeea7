package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command, killed as {@code kill -9} does and run again, while the application goes on. */
class KilledRepairIT {

    private static final Path COMMAND = Path.of(System.getProperty("outboxrelay.distribution"))
            .resolve("bin")
            .resolve("outbox-relay");

    /** What it says right after each step that is durable then. */
    private static final List<String> POINTS =
            List.of("done    noted", "done    made slot", "done    dropped slot", "done    stored");

    @TempDir
    Path directory;

    @Test
    @Timeout(300)
    void a_repair_that_is_killed_at_any_point_and_run_again_loses_nothing() throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        try (Scene scene = Scene.withShop().fromLog();
                OrderService shop = scene.startShop(Workload.everything(seed).withEventsPerSecond(200))) {
            RelayProcess before = scene.startRunningRelay();
            assertThat(before.endsWithin(Duration.ofMillis(500))).isFalse();
            before.terminate();
            assertThat(before.awaitExit(Scene.BOUND)).isZero();
            scene.execute("SELECT pg_drop_replication_slot('" + scene.name() + "')");

            String file = scene.settingsFile(directory).toString();
            for (String point : POINTS) {
                // The server may take a moment to see that the one before has gone: until then, nothing is begun.
                int refused = 0;
                while (!isKilledAt(point, file)) {
                    assertThat(++refused).as("%s", point).isLessThan(20);
                }
            }
            assertThat(ended(file)).isZero();

            RelayProcess after = scene.startRunningRelay();
            CommittedHistory history = shop.stop();
            scene.awaitPublished(history, after);
            after.terminate();
            assertThat(after.awaitExit(Scene.BOUND)).isZero();
            Scene.assertSound(scene.verdict(history), Long.MAX_VALUE, seed);
        }
    }

    private static int ended(String file) throws Exception {
        int status = repair(file).waitFor();
        while (status == ExitCodes.FAILED) {
            status = repair(file).waitFor();
        }
        return status;
    }

    /** Whether it got so far; else it has ended by itself, without having begun. */
    private static boolean isKilledAt(String point, String file) throws Exception {
        Process repair = repair(file);
        boolean reached;
        try (BufferedReader lines = repair.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && !line.startsWith(point)) {
                line = lines.readLine();
            }
            reached = line != null;
            if (reached) {
                repair.destroyForcibly();
            }
        }
        int status = repair.waitFor();
        assertThat(reached || status == ExitCodes.FAILED)
                .as("%s: %d", point, status)
                .isTrue();
        return reached;
    }

    private static Process repair(String file) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        COMMAND.toString(), "repair", "--config", file, "--admin", EmbeddedDatabase.SUPERUSER, "--yes")
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("OUTBOX_RELAY_OPTS", "-Xmx192m " + Scene.SHORT_LIVED + " " + ClassArchive.option());
        return builder.redirectOutput(ProcessBuilder.Redirect.PIPE).start();
    }
}
