package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.Expectation;
import io.outboxrelay.testkit.HistoryChecker;
import io.outboxrelay.testkit.MySqlServer;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.TopicReader;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A database of a test's own on the shared servers, with topics of its own, and relays that are started at it as a user would:
 * by the distribution's command, as a role that may do just what it needs.
 */
final class Scene implements AutoCloseable {
    static final Duration BOUND = Duration.ofSeconds(60);

    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));

    /** Relays of tests live for seconds; in these the better compiler takes more of the machine than it gives. */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    private final SceneDatabase database;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final List<RelayProcess> relays = new ArrayList<>();

    /** An empty database, and settings that lead to it; the table in them is {@code public.outbox}. */
    Scene() throws SQLException {
        this(SceneDatabase.onPostgres());
        settings.put("source.type", "polling");
        settings.put("source.username", SharedServers.ROLE);
        settings.put("source.password", SharedServers.PASSWORD);
        settings.put("outbox.table", "public.outbox");
    }

    private Scene(SceneDatabase database) {
        this.database = database;
        // With the first scene, as long as no other's transactions keep its slot's publication from being proven the
        // older.
        ClassArchive.option();
        settings.put("source.url", database.url());
        settings.put("route.topic", topic("${aggregatetype}"));
        settings.put("kafka.bootstrap.servers", SharedServers.kafka().bootstrapServers());
        settings.put("management.listen", "127.0.0.1:0");
    }

    /** With the order service's tables, and what the relay's role needs. */
    static Scene withShop() throws SQLException {
        Scene scene = new Scene();
        scene.execute(OutboxSchema.standard().createAll());
        scene.grant("outbox");
        return scene;
    }

    /** With the order service's tables in MySQL, whose log a relay has begun to read: that begins at its end. */
    static Scene withShopOnMySql(MySqlServer server) throws SQLException {
        Scene scene = new Scene(SceneDatabase.onMySql(server));
        scene.settings.put("source.type", "debezium");
        scene.settings.put("source.username", SceneDatabase.MYSQL_USER);
        scene.settings.put("source.password", SharedServers.PASSWORD);
        scene.settings.put("outbox.table", scene.name() + ".outbox");
        scene.execute(OutboxSchema.mySql().createAll());
        RelayProcess relay = scene.startRunningRelay();
        relay.kill();
        return scene;
    }

    /** Grants the relay's role what it needs for a table with an identity column {@code seq}. */
    void grant(String table) throws SQLException {
        execute("GRANT SELECT, DELETE ON " + table + " TO " + SharedServers.ROLE);
        execute("DO $$ BEGIN EXECUTE 'GRANT SELECT ON SEQUENCE ' || pg_get_serial_sequence('" + table
                + "', 'seq') || ' TO " + SharedServers.ROLE + "'; END $$");
    }

    /** Read from the log instead, through a publication and a slot of this scene's own; its tables are there. */
    Scene fromLog() throws SQLException {
        ReadFromLog.prepare(this);
        return this;
    }

    /** What becomes of published rows; the tables that it takes beside the outbox are made. */
    Scene retaining(String retention) throws SQLException {
        if (retention.equals("archive")) {
            execute("CREATE TABLE outbox_archive (LIKE outbox); GRANT INSERT ON outbox_archive TO "
                    + SharedServers.ROLE);
        } else if (retention.equals("keep")) {
            execute("REVOKE DELETE ON outbox FROM " + SharedServers.ROLE + "; CREATE TABLE outbox_relay_state"
                    + " (outbox text PRIMARY KEY, format integer NOT NULL, version bigint NOT NULL, system_identifier bigint NOT NULL,"
                    + " timeline bigint NOT NULL, outbox_oid bigint NOT NULL, sequence_oid bigint NOT NULL,"
                    + " sequence_filenode bigint NOT NULL, top bigint NOT NULL, gaps_lo bigint[] NOT NULL, gaps_hi bigint[] NOT NULL,"
                    + " stored_at timestamptz NOT NULL); GRANT SELECT, INSERT, UPDATE ON outbox_relay_state TO "
                    + SharedServers.ROLE + "; CREATE VIEW unpublished AS SELECT o.* FROM outbox o WHERE o.seq >"
                    + " coalesce((SELECT top FROM outbox_relay_state), -1) UNION ALL SELECT o.* FROM outbox_relay_state s,"
                    + " unnest(s.gaps_lo, s.gaps_hi) g(lo, hi), outbox o WHERE o.seq BETWEEN g.lo AND g.hi");
        }
        return set("outbox.retention", retention);
    }

    /** A table or view of what is still to be published. */
    String unpublished() {
        return "keep".equals(settings.get("outbox.retention")) ? "unpublished" : "outbox";
    }

    /** Of its database. */
    String name() {
        return database.name();
    }

    /** A topic of this scene. */
    String topic(String rest) {
        return name() + "." + rest;
    }

    Scene set(String key, String value) {
        settings.put(key, value);
        return this;
    }

    void unset(String... keys) {
        List.of(keys).forEach(settings::remove);
    }

    /** Its settings so far. */
    Map<String, String> settings() {
        return new LinkedHashMap<>(settings);
    }

    /** Its settings as a file in this directory. */
    Path settingsFile(Path directory) throws IOException {
        return RelayProcess.settingsFile(directory, settings);
    }

    RelayProcess startRelay(String... arguments) {
        return started(settings, arguments);
    }

    /** A relay with a pipeline for each of these scenes, by its name; this scene ends it. */
    RelayProcess startRelayFor(Map<String, Scene> pipelines, String... arguments) {
        return started(merged(pipelines), arguments);
    }

    /** The settings for such a relay, as a file in this directory. */
    static Path settingsFileFor(Path directory, Map<String, Scene> pipelines) throws IOException {
        return RelayProcess.settingsFile(directory, merged(pipelines));
    }

    static Map<String, String> merged(Map<String, Scene> pipelines) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("management.listen", "127.0.0.1:0");
        pipelines.forEach((name, scene) -> {
            scene.settings.forEach((key, value) -> all.put("pipelines." + name + "." + key, value));
            all.remove("pipelines." + name + ".management.listen");
            all.put("pipelines." + name + ".window.bytesMax", "12 MiB");
        });
        return all;
    }

    private RelayProcess started(Map<String, String> all, String... arguments) {
        RelayProcess relay =
                RelayProcess.startedWith(SHORT_LIVED + " " + ClassArchive.option(), DISTRIBUTION, all, arguments);
        relays.add(relay);
        return relay;
    }

    /** The same with these options of the JVM and no other. */
    RelayProcess startRelayWith(String jvmOptions) {
        RelayProcess relay = RelayProcess.startedWith(jvmOptions, DISTRIBUTION, settings);
        relays.add(relay);
        return relay;
    }

    /** A relay that says it is running. */
    RelayProcess startRunningRelay(String... arguments) {
        RelayProcess relay = startRelay(arguments);
        relay.awaitLine("running: ", BOUND);
        return relay;
    }

    OrderService startShop(Workload workload) throws SQLException {
        OrderService shop = new OrderService(jdbcUrl(), database.schema(), workload);
        shop.start();
        return shop;
    }

    void execute(String sql) throws SQLException {
        database.execute(sql);
    }

    long count(String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Waits until every row of the table is published and deleted; fails with what the relay said last. */
    void awaitEmpty(String table, RelayProcess relay) {
        try {
            await().atMost(BOUND).pollInterval(Duration.ofMillis(50)).until(() -> count(table) == 0);
        } catch (RuntimeException e) {
            throw relay.failure("did not empty " + table + " (" + e.getMessage() + ")");
        }
    }

    /** What stands in this scene's topics, judged by what was committed. */
    Verdict verdict(CommittedHistory history) {
        HistoryChecker checker =
                new HistoryChecker(history, Expectation.standard().withTopic(event -> topic(event.aggregateType())));
        try (TopicReader reader = TopicReader.ofPrefix(SharedServers.kafka().bootstrapServers(), topic(""))) {
            reader.readToEnd(BOUND, checker::accept);
        }
        return checker.verdict();
    }

    /** Waits until all that was committed is published; fails with what the relay said last. */
    void awaitPublished(CommittedHistory history, RelayProcess relay) {
        try {
            await().atMost(BOUND)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> verdict(history).published() >= history.committedCount());
        } catch (RuntimeException e) {
            throw relay.failure("has not published everything: " + verdict(history));
        }
    }

    /** Everything in this scene's topics. */
    List<ConsumerRecord<byte[], byte[]>> published() {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (TopicReader reader = TopicReader.ofPrefix(SharedServers.kafka().bootstrapServers(), topic(""))) {
            reader.readToEnd(BOUND, records::add);
        }
        return records;
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** Sound, complete, and with no more repeats than these. */
    static void assertSound(Verdict verdict, long repeatedMax, long seed) {
        System.out.println("seed " + seed + ": " + verdict);
        assertThat(verdict.isSound()).as("seed %d: %s", seed, verdict).isTrue();
        assertThat(verdict.published()).as("seed %d: %s", seed, verdict).isEqualTo(verdict.committed());
        assertThat(verdict.repeated()).as("seed %d: %s", seed, verdict).isLessThanOrEqualTo(repeatedMax);
    }

    String jdbcUrl() {
        return database.jdbcUrl();
    }

    /** One that is left keeps the server's log for all that follow. */
    private void dropSlot() {
        if (settings.containsKey("source.slot")) {
            String ofSlot = " FROM pg_replication_slots WHERE slot_name = '" + name() + "'";
            await().atMost(BOUND)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> count("(SELECT" + ofSlot + " AND active) still") == 0);
            try {
                execute("SELECT pg_drop_replication_slot(slot_name)" + ofSlot);
            } catch (SQLException e) {
                throw new IllegalStateException("the slot of " + name() + " stays", e);
            }
        }
    }

    @Override
    public void close() {
        relays.forEach(RelayProcess::close);
        dropSlot();
    }
}
