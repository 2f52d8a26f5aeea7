package io.outboxrelay.bench.faults;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.Expectation;
import io.outboxrelay.testkit.HistoryChecker;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.OutboxSchema;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.TopicReader;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Workload;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A database and topics of one fault's own, with the order service's tables and a role that may do just what the relay needs.
 * Belongs to one thread.
 */
final class FaultStage implements AutoCloseable {
    private static final Duration READING_MAX = Duration.ofMinutes(2);

    private final FaultServers servers;
    private final Runnable atEnd;
    private final String name = FaultServers.newName();
    private final Map<String, String> settings = new LinkedHashMap<>();
    private Expectation expectation = Expectation.standard().withTopic(event -> topic(event.aggregateType()));

    private FaultStage(FaultServers servers, Runnable atEnd) {
        this.servers = servers;
        this.atEnd = atEnd;
    }

    static FaultStage on(FaultServers servers) throws SQLException {
        return on(servers, () -> {});
    }

    /** @param atEnd run when the stage is closed */
    static FaultStage on(FaultServers servers, Runnable atEnd) throws SQLException {
        FaultStage stage = new FaultStage(servers, atEnd);
        servers.database().createDatabase(stage.name);
        stage.execute(OutboxSchema.standard().createAll() + "GRANT SELECT, DELETE ON outbox TO " + FaultServers.ROLE
                + "; GRANT SELECT ON SEQUENCE outbox_seq_seq TO " + FaultServers.ROLE);
        stage.set(
                "source.url",
                "jdbc:postgresql://127.0.0.1:" + servers.toDatabase().port() + "/" + stage.name);
        stage.set("source.username", FaultServers.ROLE);
        stage.set("source.password", FaultServers.PASSWORD);
        stage.set("outbox.table", "public.outbox");
        stage.set("route.topic", stage.topic("${aggregatetype}"));
        stage.set("kafka.bootstrap.servers", "127.0.0.1:" + servers.toKafka().port());
        stage.set("management.listen", "127.0.0.1:0");
        // As much as fits into the heap that the relay is given.
        stage.set("window.bytesMax", "30 MiB");
        return stage;
    }

    FaultServers servers() {
        return servers;
    }

    /** A setting of the relay. */
    void set(String key, String value) {
        settings.put(key, value);
    }

    /** Its topics are to bear this as well. */
    void expect(UnaryOperator<Expectation> more) {
        expectation = more.apply(expectation);
    }

    /** A new connection of the superuser, past the proxy; the caller closes it. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(jdbcUrl());
    }

    /** Runs statements, separated by semicolons, as the superuser. */
    void execute(String sql) throws SQLException {
        servers.database().execute(name, sql);
    }

    /** How many rows stand in the outbox. */
    long standing() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM outbox")) {
            row.next();
            return row.getLong(1);
        }
    }

    RelayProcess startRelay(Path distribution, String jvmOptions) {
        return RelayProcess.startedWith(jvmOptions, distribution, settings);
    }

    OrderService startShop(Workload workload) throws SQLException {
        OrderService shop = new OrderService(jdbcUrl(), OutboxSchema.standard(), workload);
        shop.start();
        return shop;
    }

    /** Notes from now on what arrives in its topics. */
    Arrivals watchArrivals() {
        return Arrivals.watch(servers.kafka().bootstrapServers(), name + ".");
    }

    /** What stands in its topics, judged by what was committed. */
    Verdict judge(CommittedHistory history) {
        HistoryChecker checker = new HistoryChecker(history, expectation);
        try (TopicReader reader = TopicReader.ofPrefix(servers.kafka().bootstrapServers(), name + ".")) {
            reader.readToEnd(READING_MAX, checker::accept);
        }
        return checker.verdict();
    }

    @Override
    public void close() {
        servers.toDatabase().heal();
        servers.toKafka().heal();
        atEnd.run();
    }

    private String topic(String rest) {
        return name + "." + rest;
    }

    private String jdbcUrl() {
        return servers.database().jdbcUrl(EmbeddedDatabase.SUPERUSER, name);
    }
}
