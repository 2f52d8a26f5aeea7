package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.LinkFault.Direction;
import io.outboxrelay.testkit.OutboxSchema.Numbering;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OrderServiceIT {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @ParameterizedTest
    @CsvSource({"IDENTITY, jsonb", "IDENTITY, bytea", "IDENTITY_CACHE_50, text", "TRIGGER_PARTITIONED, json"})
    void the_history_is_what_the_tables_say(Numbering numbering, String payloadType) throws Exception {
        OutboxSchema schema = OutboxSchema.standard().withNumbering(numbering).withPayloadType(payloadType);
        Workload workload = Workload.everything(7).withEventsMax(2_000).withUnrelatedOpen(Duration.ofMillis(300));
        try (EmbeddedDatabase database = EmbeddedDatabase.started()) {
            database.execute(schema.createAll());
            OrderService service = new OrderService(database.jdbcUrl(EmbeddedDatabase.SUPERUSER), schema, workload);

            service.start();
            CommittedHistory history = service.awaitDone(BOUND);

            assertThat(history.committedCount()).isEqualTo(2_000);
            assertThat(history.rolledBackCount()).isPositive();
            assertThat(service.settlement()).isEqualTo(new CommittedHistory.Settlement(0, 0, 0));
            try (Connection connection = database.connect()) {
                assertThat(OrderLedger.events(connection)).isEqualTo(ids(history));
                assertThat(rows(connection, schema)).isEqualTo(expectedRows(history));
                assertThat(versions(connection)).isEqualTo(expectedVersions(history));
                if (numbering != Numbering.IDENTITY_CACHE_50) {
                    assertThat(inversions(connection)).isZero();
                }
            }
        }
    }

    @Test
    void crashes_of_the_database_leave_no_outcome_unknown_and_only_asynchronous_commits_are_undone() throws Exception {
        for (String synchronous : new String[] {"on", "off"}) {
            try (EmbeddedDatabase database = EmbeddedDatabase.builder()
                    .config("synchronous_commit", synchronous)
                    .start()) {
                OutboxSchema schema = OutboxSchema.standard();
                database.execute(schema.createAll() + "CHECKPOINT");
                Workload workload = Workload.everything(11).withUnrelatedOpen(Duration.ofSeconds(1));
                OrderService service = new OrderService(database.jdbcUrl(EmbeddedDatabase.SUPERUSER), schema, workload);
                service.start();
                for (int crash = 1; crash <= 4; crash++) {
                    int before = service.history().committedCount();
                    await("commits after a crash")
                            .atMost(BOUND)
                            .until(() -> service.history().committedCount() > before + 300);
                    database.crash();
                    database.start();
                }

                CommittedHistory history = service.stop();

                assertThat(history.unknownCount()).isZero();
                if (synchronous.equals("on")) {
                    assertThat(service.settlement().undone()).isZero();
                }
                try (Connection connection = database.connect()) {
                    assertThat(rows(connection, schema)).isEqualTo(expectedRows(history));
                    assertThat(versions(connection)).isEqualTo(expectedVersions(history));
                }
            }
        }
    }

    @Test
    void connections_cut_in_the_middle_of_a_commit_leave_outcomes_open_and_the_ledger_answers_them() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.started();
                TcpProxy proxy = TcpProxy.before(database.port())) {
            OutboxSchema schema = OutboxSchema.standard();
            database.execute(schema.createAll());
            String url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres?user=" + EmbeddedDatabase.SUPERUSER;
            OrderService service = new OrderService(url, schema, Workload.everything(13));
            service.start();

            // A request that is cut never commits, a reply that is cut did: both must come to pass.
            openOutcomes(service, proxy, Direction.TO_SERVER);
            openOutcomes(service, proxy, Direction.TO_CLIENT);

            CommittedHistory history = service.stop();
            assertThat(service.settlement().unknownCommitted()).isPositive();
            assertThat(service.settlement().unknownRolledBack()).isPositive();
            assertThat(service.settlement().undone()).isZero();
            try (Connection connection = database.connect()) {
                assertThat(rows(connection, schema)).isEqualTo(expectedRows(history));
                assertThat(versions(connection)).isEqualTo(expectedVersions(history));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE_ON_MYSQL")
    void events_inserted_before_the_lock_are_numbered_out_of_order_and_committed_in_order(Numbering numbering)
            throws Exception {
        OutboxSchema schema = OutboxSchema.standard().withNumbering(numbering);
        Workload workload = Workload.everything(17)
                .withInsertsFirst()
                .withEventsMax(2_000)
                .withUnrelatedOpen(Duration.ofMillis(300));
        try (EmbeddedDatabase database = EmbeddedDatabase.builder()
                .config("track_commit_timestamp", "on")
                .start()) {
            database.execute(schema.createAll());
            OrderService service = new OrderService(database.jdbcUrl(EmbeddedDatabase.SUPERUSER), schema, workload);

            service.start();
            CommittedHistory history = service.awaitDone(BOUND);

            try (Connection connection = database.connect()) {
                assertThat(rows(connection, schema)).isEqualTo(expectedRows(history));
                assertThat(versions(connection)).isEqualTo(expectedVersions(history));
                assertThat(outOfOrder(connection, history, "seq")).isPositive();
                assertThat(outOfOrder(connection, history, "pg_xact_commit_timestamp(xmin), seq"))
                        .isZero();
            }
        }
    }

    private static void openOutcomes(OrderService service, TcpProxy proxy, Direction direction) {
        int wanted = service.history().unknownCount() + 8;
        long deadline = System.nanoTime() + BOUND.toNanos();
        for (int cut = 1; service.history().unknownCount() < wanted; cut++) {
            assertThat(System.nanoTime()).as("cutting for too long").isLessThan(deadline);
            int before = service.history().committedCount();
            await("commits between cuts")
                    .atMost(BOUND)
                    .until(() -> service.history().committedCount() > before + 20);
            int endedBefore = proxy.endedCount();
            proxy.inject(new LinkFault.CutAfter(1_000 + cut * 37L, direction));
            await("cut connections").atMost(BOUND).until(() -> proxy.endedCount() >= endedBefore + 5);
            proxy.heal();
        }
    }

    @Test
    void keeps_to_its_rate() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.started()) {
            OutboxSchema schema = OutboxSchema.standard();
            database.execute(schema.createAll());
            Workload workload = Workload.plain(3).withEventsMax(200).withEventsPerSecond(100);
            OrderService service = new OrderService(database.jdbcUrl(EmbeddedDatabase.SUPERUSER), schema, workload);

            long start = System.nanoTime();
            service.start();
            service.awaitDone(BOUND);

            // The last events may begin a step early, never a whole tenth of the run.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1_800));
        }
    }

    private static Set<UUID> ids(CommittedHistory history) {
        return history.events().stream().map(OrderEvent::id).collect(Collectors.toSet());
    }

    private static Map<UUID, String> expectedRows(CommittedHistory history) {
        Map<UUID, String> rows = new HashMap<>();
        history.events()
                .forEach(event ->
                        rows.put(event.id(), event.key() + " " + event.aggregateType() + " " + event.payloadHash()));
        return rows;
    }

    private static Map<UUID, String> rows(Connection connection, OutboxSchema schema) throws SQLException {
        String text = schema.payloadType().equals("bytea") ? "convert_from(payload, 'UTF8')" : "payload::text";
        Map<UUID, String> rows = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT id, aggregateid, aggregatetype, " + text + " FROM " + schema.table())) {
            while (result.next()) {
                long hash = OrderEvent.hash(result.getString(4).getBytes(StandardCharsets.UTF_8));
                rows.put(result.getObject(1, UUID.class), result.getString(2) + " " + result.getString(3) + " " + hash);
            }
        }
        return rows;
    }

    private static Map<String, Integer> expectedVersions(CommittedHistory history) {
        return history.events().stream().collect(Collectors.toMap(OrderEvent::key, OrderEvent::version, Math::max));
    }

    private static Map<String, Integer> versions(Connection connection) throws SQLException {
        Map<String, Integer> versions = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id, version FROM orders WHERE version > 0")) {
            while (rows.next()) {
                versions.put(rows.getString(1), rows.getInt(2));
            }
        }
        return versions;
    }

    /** Rows that in this order do not follow upon the version before theirs. */
    private static int outOfOrder(Connection connection, CommittedHistory history, String order) throws SQLException {
        Map<String, Integer> last = new HashMap<>();
        int count = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT id FROM outbox ORDER BY " + order)) {
            while (rows.next()) {
                OrderEvent event = history.find(rows.getObject(1, UUID.class));
                Integer before = last.put(event.key(), event.version());
                if (event.version() != (before == null ? 1 : before + 1)) {
                    count++;
                }
            }
        }
        return count;
    }

    /** Rows of a key whose number and version disagree about the order. */
    private static int inversions(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        SELECT count(*) FROM (
                          SELECT (payload::text::jsonb ->> 'version')::int AS version,
                                 row_number() OVER (PARTITION BY aggregateid ORDER BY seq) AS place
                          FROM (SELECT aggregateid, seq, CASE WHEN pg_typeof(payload) = 'bytea'::regtype
                                  THEN convert_from(payload::text::bytea, 'UTF8') ELSE payload::text END AS payload
                                FROM outbox) o) x
                        WHERE version <> place
                        """)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
