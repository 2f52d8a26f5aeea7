package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.RelayProcess;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code outbox-relay validate} says of a real database and a real broker. */
class ValidateIT {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void what_it_prints_is_what_the_golden_files_say() throws Exception {
        try (Scene scene = Scene.withShop()) {
            String file = scene.settingsFile(directory).toString();
            Golden.assertSame(
                    "validate/offline",
                    Golden.normalised(CommandRun.of("validate", "--config", file, "--offline"), scene));
            Golden.assertSame("validate/sound", Golden.normalised(CommandRun.of("validate", "--config", file), scene));
            String away = "kafka.bootstrap.servers=127.0.0.1:1";
            Golden.assertSame(
                    "validate/away",
                    Golden.normalised(CommandRun.of("validate", "--config", file, "--set", away), scene));
            scene.execute("REVOKE ALL ON outbox FROM " + SharedServers.ROLE);
            Golden.assertSame(
                    "validate/unsound",
                    Golden.normalised(CommandRun.of("validate", "--config", file, "--set", away), scene));
        }
    }

    @Test
    void what_a_relay_could_start_with_is_sound_also_while_one_runs() throws Exception {
        try (Scene scene = Scene.withShop()) {
            RelayProcess relay = scene.startRunningRelay();
            assertThat(validate(scene)).as("%s", err).isZero();
            assertThat(out.toString().lines())
                    .hasSize(3)
                    .anySatisfy(
                            line -> assertThat(line).startsWith("settings  ").endsWith("relay.yaml is sound"))
                    .anySatisfy(line -> assertThat(line).startsWith("database  public.outbox at jdbc:postgresql://"))
                    .anySatisfy(line -> assertThat(line).startsWith("Kafka     1 broker of cluster "));
            assertThat(err.toString()).isEmpty();
            assertThat(relay.isAlive()).isTrue();
        }
    }

    @Test
    void what_is_wrong_with_both_is_said_at_once() throws Exception {
        try (Scene scene = new Scene()) {
            scene.execute(OutboxSchema.standard().createOutbox());
            scene.set("kafka.bootstrap.servers", "127.0.0.1:1");
            assertThat(validate(scene)).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(err.toString())
                    .startsWith("outbox-relay cannot start: ")
                    .contains("-> GRANT", "no broker can be reached at 127.0.0.1:1");
        }
    }

    @Test
    void each_of_several_pipelines_is_looked_at_and_named() throws Exception {
        try (Scene sound = Scene.withShop();
                Scene unsound = new Scene()) {
            unsound.execute(OutboxSchema.standard().createOutbox());
            Path file = Scene.settingsFileFor(directory, Map.of("sound", sound, "unsound", unsound));
            assertThat(CommandRun.of("validate", "--config", file.toString())).satisfies(run -> {
                assertThat(run.status()).isEqualTo(ExitCodes.MISCONFIGURED);
                assertThat(run.out().lines())
                        .contains("pipeline  sound", "pipeline  unsound")
                        .filteredOn(line -> line.startsWith("database  "))
                        .hasSize(1);
                assertThat(run.err()).contains("  * unsound: ", "-> GRANT").doesNotContain("  * sound: ");
            });
        }
    }

    @Test
    void what_a_relay_would_wait_for_is_told_from_what_is_wrong() throws Exception {
        try (Scene scene = Scene.withShop()) {
            scene.set("kafka.bootstrap.servers", "127.0.0.1:1");
            assertThat(validate(scene)).isEqualTo(ExitCodes.FAILED);
            assertThat(out.toString()).contains("database  public.outbox");
            assertThat(err.toString()).startsWith("outbox-relay would wait: 1 problem");
        }
    }

    @Test
    void a_lost_position_is_told_with_the_statements_before_a_relay_stops_over_it() throws Exception {
        try (Scene scene = Scene.withShop()) {
            scene.retaining("keep");
            RelayProcess relay = scene.startRunningRelay();
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
            scene.execute("UPDATE outbox_relay_state SET system_identifier = 1");
            assertThat(validate(scene)).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(err.toString())
                    .contains(
                            "the system identifier was 1 and is ",
                            "UPDATE public.outbox_relay_state SET",
                            "DELETE FROM public.outbox_relay_state");
        }
    }

    private int validate(Scene scene) throws Exception {
        CommandLine command = RootCommand.line();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(
                "validate", "--config", scene.settingsFile(directory).toString());
    }
}
