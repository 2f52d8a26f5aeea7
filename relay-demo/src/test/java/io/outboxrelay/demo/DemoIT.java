package io.outboxrelay.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.testkit.InterruptSignal;
import io.outboxrelay.testkit.MySqlPrograms;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as its script runs it, on real servers and with the packaged relay. */
class DemoIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));
    private static final Pattern RESULT =
            Pattern.compile("RESULT committed=(?<committed>\\d+) published=(?<published>\\d+)"
                    + " lost=(?<lost>\\d+) phantom=(?<phantom>\\d+) reordered=(?<reordered>\\d+) repeated=(?<repeated>\\d+)"
                    + " seconds=\\d+\\.\\d eventsPerSecond=\\d+ p50Ms=\\d+\\.\\d p99Ms=\\d+\\.\\d");

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void a_run_ends_by_itself_with_every_event_published_once_and_in_order() {
        assertThatARunIsSound("--events", "2000");
    }

    @Test
    void a_run_on_mysql_does_so_too() {
        assumeTrue(MySqlPrograms.EIGHT.isThere() || MySqlPrograms.NEWEST.isThere(), MySqlPrograms.EIGHT.whyNot());
        assertThatARunIsSound("--events", "2000", "--source", "debezium", "--database", "mysql");
        assertThat(text()).contains("mysql --protocol=TCP").doesNotContain("psql");
    }

    private void assertThatARunIsSound(String... options) {
        assertThat(run(DISTRIBUTION, options)).as(this::text).isZero();
        Matcher result = result();
        assertThat(result.group("committed")).isEqualTo("2000");
        assertThat(result.group("published")).isEqualTo("2000");
        assertThat(result.group("lost")).isEqualTo("0");
        assertThat(result.group("phantom")).isEqualTo("0");
        assertThat(result.group("reordered")).isEqualTo("0");
        assertThat(result.group("repeated")).isEqualTo("0");
        assertThat(text()).contains("The deduplicating consumer applied each once; its orders equal the shop's.");
    }

    /** Tampered with through the addresses that are printed, which so are shown to be right. */
    @Test
    void an_event_that_is_lost_and_one_that_nobody_wrote_fail_the_run() throws Exception {
        CompletableFuture<Integer> status =
                CompletableFuture.supplyAsync(() -> run(DISTRIBUTION, "--events", "3000", "--rate", "500"));
        loseEventsOfTheBusiestOrder("jdbc:" + printed("psql (postgresql://)postgres@(\\S+)") + "?user=postgres");
        publishWhatNobodyWrote(printed("--bootstrap-server (\\S+)"));

        assertThat(status.get(2, TimeUnit.MINUTES)).as(this::text).isEqualTo(1);
        Matcher result = result();
        assertThat(Long.parseLong(result.group("lost"))).isPositive();
        assertThat(result.group("phantom")).isEqualTo("1");
        assertThat(text()).contains("Kafka does NOT hold what was committed:", "books are WRONG");
    }

    @Test
    void a_relay_that_ends_fails_the_run_at_once_with_what_it_said_last(@TempDir Path broken) throws Exception {
        Path command = Files.createDirectories(broken.resolve("bin")).resolve("outbox-relay");
        Files.writeString(command, "#!/bin/sh\necho there is no more room\nexit 7\n", UTF_8);
        assertThat(command.toFile().setExecutable(true)).isTrue();

        assertThat(run(broken, "--events", "2000")).isEqualTo(1);
        assertThat(text()).endsWith("""
                        demo: the relay ended by itself, with exit status 7; the last lines of its log:
                        there is no more room
                        """);
    }

    @Test
    void ctrl_c_ends_an_endless_run_in_good_order_and_nothing_is_left(@TempDir Path directory) throws Exception {
        assumeTrue(
                InterruptSignal.isTaken(), "SIGINT is ignored here, as in a background job, and so by what is started");
        File output = directory.resolve("output").toFile();
        Process demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Doutboxrelay.distribution=" + DISTRIBUTION,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Main.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try {
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> Files.readString(output.toPath()).contains("last: outbox.event."));
            written.writeBytes(Files.readAllBytes(output.toPath()));
            // As a terminal does: to every process of the group.
            new ProcessBuilder("kill", "-INT", Long.toString(demo.pid()), relayPid())
                    .start()
                    .waitFor();
            assertThat(demo.waitFor(1, TimeUnit.MINUTES)).as("ends").isTrue();
        } finally {
            demo.destroyForcibly();
        }
        written.reset();
        written.writeBytes(Files.readAllBytes(output.toPath()));
        assertThat(demo.exitValue()).as(this::text).isZero();
        assertThat(result().group("lost")).isEqualTo("0");
        assertThat(text()).doesNotContain("Exception", "SLF4J");
        assertThat(Path.of(printed("--config (\\S+)")).getParent()).doesNotExist();
        assertThat(ProcessHandle.of(Long.parseLong(relayPid()))).isEmpty();
    }

    @Test
    void wrong_options_are_refused_before_anything_starts() {
        assertThat(run(DISTRIBUTION, "--evnts", "5")).isEqualTo(2);
        assertThat(text()).startsWith("demo: there is no option --evnts;").hasLineCount(1);
    }

    private int run(Path distribution, String... arguments) {
        System.setProperty("outboxrelay.distribution", distribution.toString());
        PrintStream terminal = new PrintStream(written, true, UTF_8);
        return Main.run(List.of(arguments), terminal, terminal, StopSignal.idle());
    }

    private static void loseEventsOfTheBusiestOrder(String jdbcUrl) throws Exception {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'");
            statement.execute("CREATE TRIGGER swallow BEFORE INSERT ON outbox FOR EACH ROW"
                    + " WHEN (NEW.aggregateid = 'order-0') EXECUTE FUNCTION swallow()");
        }
    }

    private static void publishWhatNobodyWrote(String bootstrapServers) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> phantom = new ProducerRecord<>(
                    "outbox.event.order",
                    "order-0".getBytes(UTF_8),
                    "{\"key\": \"order-0\", \"version\": 1}".getBytes(UTF_8));
            phantom.headers().add("id", "3f0c8f52-6a0e-4f5c-9a39-3d8f2f1f7a10".getBytes(UTF_8));
            producer.send(phantom).get(30, TimeUnit.SECONDS);
        }
    }

    /** What stands in the groups of the pattern, once that has been written. */
    private String printed(String pattern) {
        Matcher matcher = await().atMost(Duration.ofMinutes(1))
                .until(() -> Pattern.compile(pattern).matcher(text()), Matcher::find);
        StringBuilder groups = new StringBuilder();
        for (int group = 1; group <= matcher.groupCount(); group++) {
            groups.append(matcher.group(group));
        }
        return groups.toString();
    }

    private String relayPid() {
        return printed("The relay is process (\\d+)");
    }

    private Matcher result() {
        String last = text().lines().reduce((before, line) -> line).orElse("");
        Matcher result = RESULT.matcher(last);
        assertThat(result.matches()).as(text()).isTrue();
        return result;
    }

    private String text() {
        return written.toString(UTF_8);
    }
}
