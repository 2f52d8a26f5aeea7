package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * "Run it beside your own database", as the README has it, from the first line to the last, on a fresh PostgreSQL and a fresh Kafka.
 * Only what differs from place to place is put in: the two ports and the directory of the secret. {@code mvn package} is left to the
 * build that this test is a part of.
 */
class ReadmeIT {
    private static final Path ROOT = Path.of(System.getProperty("outboxrelay.root"));
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));
    private static final Pattern BLOCK = Pattern.compile("(?ms)^   ```(\\w+)\\n(.*?)^   ```$");
    private static final String SECRETS = "/run/secrets";

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_section_on_your_own_database_is_followed_to_the_letter(boolean fromLog) throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.builder()
                        .passwordsRequired()
                        .config("wal_level", fromLog ? "logical" : "replica")
                        .start();
                EmbeddedKafka kafka = EmbeddedKafka.started()) {
            database.createDatabase("shop");
            database.execute("CREATE ROLE shop LOGIN PASSWORD 'shop'; CREATE ROLE owner LOGIN "
                    + (fromLog ? "SUPERUSER" : "CREATEROLE")
                    + " PASSWORD 'owner'; ALTER DATABASE shop OWNER TO owner");
            prepare();
            List<MatchResult> blocks = BLOCK.matcher(section()).results().toList();
            assertThat(blocks).extracting(block -> block.group(1)).containsExactly("sh", "sh", "yaml", "sh", "sql");

            String yaml = stripped(blocks.get(2))
                    .replace("localhost:5432", "localhost:" + database.port())
                    .replace("localhost:9092", kafka.bootstrapServers())
                    .replace(SECRETS, directory.toString());
            if (fromLog) {
                assertThat(section()).contains("In step 3, `type: debezium`");
                yaml = yaml.replace("type: polling", "type: debezium");
            }
            Files.writeString(directory.resolve("relay.yaml"), yaml);
            String build = stripped(blocks.get(0));
            String outbox = stripped(blocks.get(1));
            String before =
                    build + (fromLog ? insteadOfThreeLines(outbox) : outbox).replace(SECRETS, directory.toString());
            List<String> last = stripped(blocks.get(3)).lines().toList();
            String validate = String.join("\n", last.subList(0, last.size() - 1));
            assertThat(validate).contains("validate");
            run(database, before + validate);

            Process relay = shell(database, build + "exec " + last.get(last.size() - 1));
            try {
                insertAsTheApplication(database, stripped(blocks.get(4)));
                ConsumerRecord<byte[], byte[]> event = published(kafka);
                assertThat(event.topic()).isEqualTo("outbox.event.order");
                assertThat(new String(event.key(), UTF_8)).isEqualTo("42");
                assertThat(Scene.header(event, "eventType")).isEqualTo("OrderPlaced");
                relay.destroy();
                assertThat(relay.waitFor(Scene.BOUND.toSeconds(), TimeUnit.SECONDS))
                        .isTrue();
                assertThat(relay.exitValue()).as(said()).isZero();
            } finally {
                relay.destroyForcibly();
            }
        }
    }

    private static String insteadOfThreeLines(String outbox) throws IOException {
        Matcher block = Pattern.compile("(?ms)Instead of the first three lines of step 2.*?^```sh\\n(.*?)^```$")
                .matcher(section());
        assertThat(block.find()).isTrue();
        return block.group(1) + outbox.lines().skip(3).collect(Collectors.joining("\n", "", "\n"));
    }

    private static String section() throws IOException {
        String readme = Files.readString(ROOT.resolve("README.md"));
        int start = readme.indexOf("## Run it beside your own database");
        return readme.substring(start, readme.indexOf("\n## ", start + 1));
    }

    private static String stripped(MatchResult block) {
        return block.group(2).replaceAll("(?m)^   ", "");
    }

    /** A checkout that was built, and programs that stand in for what this machine may not have. */
    private void prepare() throws IOException {
        Files.createDirectory(directory.resolve("relay-sidecar"));
        Files.createSymbolicLink(directory.resolve("relay-sidecar/target"), DISTRIBUTION.getParent());
        program("first/mvn", "#!/bin/sh\n# built already\n");
        program(
                "last/psql",
                "#!/bin/sh\nexec '" + System.getProperty("java.home") + "/bin/java' -cp '"
                        + System.getProperty("java.class.path") + "' " + PsqlStandIn.class.getName() + " \"$@\"\n");
    }

    private void program(String path, String text) throws IOException {
        Path file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private void run(EmbeddedDatabase database, String commands) throws Exception {
        Process process = shell(database, commands);
        assertThat(process.waitFor(Scene.BOUND.toSeconds(), TimeUnit.SECONDS))
                .as(said())
                .isTrue();
        assertThat(process.exitValue()).as(said()).isZero();
    }

    private Process shell(EmbeddedDatabase database, String commands) throws IOException {
        ProcessBuilder shell = new ProcessBuilder("sh", "-eu", "-c", commands)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile());
        shell.environment().put("JAVA_HOME", System.getProperty("java.home"));
        shell.environment().put("PGHOST", "localhost");
        shell.environment().put("PGPORT", Integer.toString(database.port()));
        shell.environment().put("PGUSER", "owner");
        shell.environment().put("PGPASSWORD", "owner");
        shell.environment()
                .compute(
                        "PATH",
                        (name, path) -> directory.resolve("first") + ":" + path + ":" + directory.resolve("last"));
        return shell.start();
    }

    private String said() throws IOException {
        return Files.readString(directory.resolve("said"));
    }

    private static void insertAsTheApplication(EmbeddedDatabase database, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(database.url("shop"), "shop", "shop");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static ConsumerRecord<byte[], byte[]> published(EmbeddedKafka kafka) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicReader reader = TopicReader.ofPrefix(kafka.bootstrapServers(), "outbox.event.")) {
            await().atMost(Scene.BOUND).until(() -> reader.readToEnd(Scene.BOUND, records::add) > 0);
        }
        assertThat(records).hasSize(1);
        return records.get(0);
    }
}
