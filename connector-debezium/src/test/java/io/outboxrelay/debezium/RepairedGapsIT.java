package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.rows.RowDeletion;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gaps of {@link GapFaultsIT}: each ends by a repair that delivers every row that stands, while the application goes on. */
class RepairedGapsIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT pg_drop_replication_slot('@')",
                "SELECT pg_drop_replication_slot('@'); SELECT pg_create_logical_replication_slot('@', 'pgoutput')",
                "SELECT pg_replication_slot_advance('@', pg_current_wal_lsn())",
                "DROP PUBLICATION @",
                "DROP PUBLICATION @; CREATE PUBLICATION @ FOR TABLE @ WITH (publish = 'insert')",
                "DROP PUBLICATION @; CREATE PUBLICATION @ FOR ALL TABLES",
                "ALTER PUBLICATION @ SET (publish = 'update')",
                "ALTER PUBLICATION @ SET (publish = 'update'); ALTER PUBLICATION @ SET (publish = 'insert')",
                "ALTER PUBLICATION @ DROP TABLE @",
                "ALTER PUBLICATION @ SET TABLE @ WHERE (id <> 'x')",
                "ALTER PUBLICATION @ SET TABLE @ (id, aggregateid)",
            })
    void each_gap_ends_by_a_repair_that_loses_nothing_though_the_application_goes_on(String breaking)
            throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(
                database, "seq bigint GENERATED ALWAYS AS IDENTITY, id text NOT NULL, aggregateid text, payload text");
        assumeTrue(
                !breaking.contains("SET TABLE") || outbox.serverVersion() >= 15, "publications with parts of a table");
        List<String> published;
        try (KeyedWriters writers = new KeyedWriters(database, outbox.table)) {
            try (LogConsumer before = LogConsumer.of(outbox)) {
                before.awaitRecords(10);
            }
            // The server may take a moment to see that the reader has gone.
            await().atMost(Duration.ofSeconds(10)).until(() -> outbox.streamer() == null);
            for (String sql : breaking.replace("@", outbox.table).split("; ", -1)) {
                database.execute(sql);
            }
            writers.awaitMore(20);
            try (LogConsumer refused = LogConsumer.of(outbox)) {
                assertThat(refused.awaitFailure().kind()).isEqualTo(FailureKind.POSITION_LOST);
            }

            mendWhatIsLeftToPeople(outbox);
            published = new ArrayList<>(new RepairedLog(outbox)
                    .repaired(step -> {}, () -> writers.awaitMore(20)).stream()
                            .map(OutboxRecord::id)
                            .toList());

            writers.awaitMore(20);
            writers.close();
            // Behind all that the writers wrote: whatever else the stream has comes before it.
            outbox.insert("last", 1);
            try (LogConsumer after = LogConsumer.of(outbox).awaitId("last0")) {
                published.addAll(after.ids());
            }
            published.remove("last0");
            writers.assertOnceInOrder(published);
        }
    }

    /** What is printed is SQL, notes and all. */
    private static void mendWhatIsLeftToPeople(LoggedOutbox outbox) throws SQLException {
        Failure refusal;
        try (LogRepair repair = new RepairedLog(outbox).repair(step -> {})) {
            refusal = repair.plan().refusal();
        }
        if (refusal != null) {
            for (Problem problem : refusal.problems()) {
                assertThat(problem.remedy()).contains("PUBLICATION " + outbox.slot);
                database.execute(problem.remedy());
            }
        }
    }

    @Test
    void rows_that_the_relay_is_to_delete_are_gone_once_a_repair_has_published_them() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(
                        database,
                        "seq bigint GENERATED ALWAYS AS IDENTITY, id text PRIMARY KEY, aggregateid text, payload text")
                .deleting(RowDeletion.Bounds.DEFAULT);
        database.execute("GRANT USAGE ON SCHEMA public TO " + LoggedOutbox.ROLE + "; GRANT SELECT (id), DELETE ON "
                + outbox.table + " TO " + LoggedOutbox.ROLE);
        outbox.insert("a", 300);
        outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");

        assertThat(new RepairedLog(outbox).repaired()).hasSize(300);

        // Nobody would read them again.
        assertThat(outbox.ask("SELECT count(*) FROM " + outbox.table)).isEqualTo("0");
    }
}
