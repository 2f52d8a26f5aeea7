package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.testkit.EmbeddedKafka;
import io.outboxrelay.testkit.MySqlPrograms;
import io.outboxrelay.testkit.MySqlServer;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.TopicReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The relay as a user runs it, on a real MySQL server, with its state in the topic that it makes. */
class MySqlRelayIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int KILLS = 2;

    @TempDir
    Path directory;

    @Test
    void a_relay_that_is_killed_loses_nothing_and_one_that_is_stopped_repeats_nothing() throws Exception {
        assumeTrue(MySqlPrograms.NEWEST.isThere(), MySqlPrograms.NEWEST.whyNot());
        try (MySqlServer server =
                        MySqlServer.builder(MySqlPrograms.NEWEST).gtid().start();
                EmbeddedKafka kafka = EmbeddedKafka.started();
                TopicReader reader = TopicReader.ofPrefix(kafka.bootstrapServers(), "outbox.event.")) {
            server.execute("""
                    CREATE DATABASE shop;
                    CREATE TABLE shop.outbox (id VARCHAR(64) PRIMARY KEY, aggregatetype VARCHAR(255), aggregateid VARCHAR(255),
                      type VARCHAR(255), payload LONGTEXT) CHARACTER SET utf8mb4;
                    CREATE USER outbox_relay IDENTIFIED BY 'choose-one';
                    GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO outbox_relay;
                    GRANT SELECT ON shop.outbox TO outbox_relay""");
            Map<String, String> settings = Map.of(
                    "source.type", "debezium",
                    "source.url", server.url("shop"),
                    "source.username", "outbox_relay",
                    "source.password", "choose-one",
                    "outbox.table", "shop.outbox",
                    "management.listen", "127.0.0.1:0",
                    "kafka.bootstrap.servers", kafka.bootstrapServers());
            assertThatCommandsKnowIt(settings);
            List<Integer> published = new ArrayList<>();
            try (RelayProcess first = RelayProcess.started(DISTRIBUTION, settings)) {
                first.awaitLine("running: ", BOUND);
                first.kill();
            }
            int last = writeWhile(server, () -> killAgainAndAgain(settings));
            try (RelayProcess relay = RelayProcess.started(DISTRIBUTION, settings)) {
                awaitLast(last, reader, published);
                relay.terminate();
                assertThat(relay.awaitExit(BOUND)).as("%s", relay.lines()).isZero();
            }
            assertThat(published.get(0)).isEqualTo(1);
            for (int i = 1; i < published.size(); i++) {
                assertThat(published.get(i)).isLessThanOrEqualTo(published.get(i - 1) + 1);
            }

            insert(server, last + 1);
            published.clear();
            try (RelayProcess relay = RelayProcess.started(DISTRIBUTION, settings)) {
                awaitLast(last + 1, reader, published);
                relay.terminate();
                assertThat(relay.awaitExit(BOUND)).isZero();
            }
            assertThat(published).containsExactly(last + 1);
        }
    }

    private void assertThatCommandsKnowIt(Map<String, String> settings) throws IOException {
        Path file = directory.resolve("relay.yaml");
        Files.write(
                file,
                settings.entrySet().stream()
                        .map(line -> line.getKey() + ": " + line.getValue())
                        .toList());
        assertThat(CommandRun.of("validate", "--config", file.toString()))
                .satisfies(run -> assertThat(run.status()).as("%s", run).isZero());
        assertThat(CommandRun.of("doctor", "--config", file.toString()).toString())
                .contains("MySQL 9")
                .contains("rows are written as they are read");
        assertThat(CommandRun.of("init-sql", "--config", file.toString()).toString())
                .contains("docs/cdc.md has MySQL's");
    }

    private static void killAgainAndAgain(Map<String, String> settings) {
        Random random = new Random();
        for (int kill = 0; kill < KILLS; kill++) {
            try (RelayProcess relay = RelayProcess.started(DISTRIBUTION, settings)) {
                relay.awaitLine("running: ", BOUND);
                assertThat(relay.endsWithin(Duration.ofMillis(random.nextInt(900))))
                        .isFalse();
                relay.kill();
            }
        }
    }

    /** Writes events 1, 2, 3 ... of one key until the action is over; returns the last. */
    private static int writeWhile(MySqlServer server, Runnable action) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService writer = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> writing = writer.submit(() -> {
                int number = 0;
                while (!over.get()) {
                    insert(server, ++number);
                }
                return number;
            });
            action.run();
            over.set(true);
            return writing.get();
        } finally {
            over.set(true);
            writer.shutdown();
        }
    }

    private static void insert(MySqlServer server, int number) throws SQLException {
        try (Connection connection = server.connect("shop");
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO outbox VALUES ('" + number + "', 'order', 'one', 'made', 'p" + number + "')");
        }
    }

    private static void awaitLast(int last, TopicReader reader, List<Integer> published) {
        await().atMost(BOUND).until(() -> {
            reader.readSome(Duration.ofMillis(200), message -> {
                int number = Integer.parseInt(
                        new String(message.headers().lastHeader("id").value(), UTF_8));
                assertThat(new String(message.value(), UTF_8)).isEqualTo("p" + number);
                published.add(number);
            });
            return published.contains(last);
        });
    }
}
