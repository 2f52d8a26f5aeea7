package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.config.SettingsSchema;
import io.outboxrelay.publish.PublisherSettings;
import io.outboxrelay.testkit.RelayProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A canary in every setting that the schema calls write-only, and in each of Kafka's that is secret: whatever the relay and its
 * commands print, log or serve, refused or at work, none of them is in it.
 */
class SecretCanariesIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));
    private static final String CANARY = "c4nary";

    @TempDir
    Path directory;

    private Scene scene;
    private Map<String, String> settings;

    @BeforeEach
    void plant() throws Exception {
        scene = Scene.withShop();
        String role = "canary_" + scene.name();
        scene.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'c4nary-source.password' IN ROLE " + SharedServers.ROLE);
        scene.set("source.username", role);
        scene.set("source.url", SharedServers.database().url(scene.name()) + "?sslpassword=c4nary-url");
        secrets().forEach(key -> scene.set(key, CANARY + "-" + key));
        settings = scene.settings();
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void a_relay_at_work_shows_none() throws Exception {
        TracingLog log = TracingLog.in(directory);
        List<String> said = new ArrayList<>();
        try (RelayProcess relay = RelayProcess.startedWith(log.jvmOption(), DISTRIBUTION, settings)) {
            relay.awaitLine("running: ", Scene.BOUND);
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                    + " VALUES (gen_random_uuid(), 'order', 'k', 't', '{}')");
            scene.awaitEmpty("outbox", relay);
            ManagementIT.Served served = ManagementIT.Served.by(relay);
            for (String path :
                    List.of("/", "/info", "/status", "/metrics", "/health/live", "/health/ready", "/health/started")) {
                assertThat(served.status(path)).as(path).isEqualTo(200);
                said.add(served.body(path));
            }
            relay.interrupt();
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isZero();
            said.addAll(relay.lines());
        }
        assertNone(said);
        assertNoneLogged(log);
    }

    @Test
    void a_relay_that_is_refused_by_the_database_shows_none() throws Exception {
        scene.execute("ALTER ROLE canary_" + scene.name() + " PASSWORD 'another'");
        TracingLog log = TracingLog.in(directory);
        try (RelayProcess relay = RelayProcess.startedWith(log.jvmOption(), DISTRIBUTION, settings)) {
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(String.join("\n", relay.lines())).contains("password authentication failed");
            assertNone(relay.lines());
        }
        assertNoneLogged(log);
    }

    @Test
    void a_relay_whose_settings_are_refused_shows_none() {
        settings.put("drainTimeout", "never");
        settings.put("kafka.sasl.mechanism", "FROBNICATE");
        settings.put("source.pasword", "x");
        try (RelayProcess relay = RelayProcess.started(DISTRIBUTION, settings)) {
            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(relay.lines().get(0)).startsWith("outbox-relay cannot start: ");
            assertNone(relay.lines());
        }
    }

    @Test
    void no_command_shows_any_whether_it_succeeds_or_fails() throws Exception {
        Map<String, String> broken = new LinkedHashMap<>(settings);
        broken.put("kafka.security.protocol", "SASL_SSL");
        broken.put("outbox.table", "public.nowhere");
        Path sound = RelayProcess.settingsFile(Files.createDirectory(directory.resolve("sound")), settings);
        Path unsound = RelayProcess.settingsFile(Files.createDirectory(directory.resolve("unsound")), broken);
        List<List<String>> commands = commands(RootCommand.line(), List.of());
        assertThat(commands).contains(List.of("validate"), List.of("config", "show"), List.of("init-sql"));
        for (List<String> command : commands) {
            for (Path file : List.of(sound, unsound)) {
                List<String> arguments = new ArrayList<>(command);
                arguments.addAll(List.of("--config", file.toString()));
                CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
                assertThat(run.shown()).as("%s", command).isNotBlank();
                assertNone(List.of(run.shown()));
            }
        }
    }

    /** Every command that takes a file of settings and comes to an end, also one that is added later. */
    private static List<List<String>> commands(CommandLine in, List<String> path) {
        List<List<String>> found = new ArrayList<>();
        in.getSubcommands().forEach((name, command) -> {
            List<String> here = Stream.concat(path.stream(), Stream.of(name)).toList();
            boolean takesFile = command.getCommandSpec().findOption("--config") != null;
            if (takesFile
                    && !name.equals("run")
                    && !command.getCommandSpec().usageMessage().hidden()) {
                found.add(here);
            }
            found.addAll(commands(command, here));
        });
        return found;
    }

    private static List<String> secrets() {
        List<String> secrets = new ArrayList<>(SettingsSchema.writeOnly());
        assertThat(secrets).contains("source.password");
        PublisherSettings.secretNames().forEach(name -> secrets.add("kafka." + name));
        return secrets;
    }

    private static void assertNone(List<String> said) {
        assertThat(said).noneMatch(text -> text.contains(CANARY));
    }

    private static void assertNoneLogged(TracingLog log) throws Exception {
        try (Stream<String> lines = Files.lines(log.everything())) {
            assertThat(lines.filter(line -> line.contains(CANARY))).isEmpty();
        }
        assertThat(Files.size(log.everything())).as("the log at its finest").isGreaterThan(1 << 10);
    }
}
