package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MySqlServerIT {
    private static final Duration BOUND = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource
    void a_server_of_each_version_keeps_what_was_committed_across_a_crash(MySqlPrograms programs) throws Exception {
        assumeTrue(programs.isThere(), programs.whyNot());
        try (MySqlServer server = MySqlServer.builder(programs).gtid().start()) {
            String version = server.ask("SELECT version()");
            assertThat(version).matches(programs == MySqlPrograms.EIGHT ? "8\\.0\\.15.*" : "(8|9|[1-9]\\d)\\..*");
            assertThat(server.ask("SELECT @@binlog_format")).isEqualTo("ROW");
            assertThat(server.ask("SELECT @@gtid_mode")).isEqualTo("ON");
            server.execute(
                    "CREATE DATABASE shop; CREATE TABLE shop.t (n INT PRIMARY KEY); INSERT INTO shop.t VALUES (1)");
            String executed = server.ask("SELECT @@gtid_executed");

            server.crash();
            server.start();

            assertThat(server.ask("SELECT n FROM shop.t")).isEqualTo("1");
            assertThat(server.ask("SELECT @@gtid_executed")).isEqualTo(executed);
            assertThatTheOrderServiceKnowsWhatCommittedAcrossACrash(server);
        }
    }

    private static void assertThatTheOrderServiceKnowsWhatCommittedAcrossACrash(MySqlServer server) throws Exception {
        server.execute("shop", OutboxSchema.mySql().createAll());
        OrderService service = new OrderService(
                server.jdbcUrl("shop"),
                OutboxSchema.mySql(),
                Workload.everything(7).withUnrelatedOpen(Duration.ofMillis(300)));
        service.start();
        await().atMost(BOUND).until(() -> service.history().committedCount() > 100);
        server.crash();
        server.start();
        int before = service.history().committedCount();
        await().atMost(BOUND).until(() -> service.history().committedCount() > before + 100);

        CommittedHistory history = service.stop();

        Set<String> rows = new HashSet<>();
        try (Connection connection = server.connect("shop");
                Statement statement = connection.createStatement();
                ResultSet ids = statement.executeQuery("SELECT id FROM outbox")) {
            while (ids.next()) {
                rows.add(ids.getString(1));
            }
            assertThat(OrderLedger.events(connection)).hasSize(history.committedCount());
        }
        assertThat(rows)
                .isEqualTo(history.events().stream()
                        .map(event -> event.id().toString())
                        .collect(Collectors.toSet()));
        assertThat(history.rolledBackCount()).isPositive();
    }
}
