package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A standby that is promoted, however far behind it was: rows, sequence and state are of one moment there, so that every row that
 * stands is published before or after, and nothing that the state knows is published again.
 */
class FailoverIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Columns COLUMNS = new Columns("id", "seq", "key", "payload");

    @Test
    void where_rows_are_kept_the_relay_goes_on_at_a_promoted_standby_that_was_behind() throws Exception {
        try (EmbeddedDatabase primary = EmbeddedDatabase.builder().start()) {
            primary.execute(
                    "CREATE TABLE outbox (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL,"
                            + " key text, payload text)");
            OutboxFixture before =
                    OutboxFixture.existing(primary, "outbox", COLUMNS).keeping();
            try (EmbeddedDatabase standby = primary.standby();
                    Connection open = primary.connect()) {
                // Its number lies in a gap on both servers, and with the primary the transaction is gone.
                open.setAutoCommit(false);
                before.insert(open, "undone by the failover");
                Connection prepared = primary.connect();
                prepared.setAutoCommit(false);
                before.insert(prepared, "prepared");
                OutboxFixture.execute(prepared, "PREPARE TRANSACTION 'lasting'");
                before.insertMany("seen", 1, 100);
                Set<String> published = new HashSet<>();
                try (TestConsumer consumer = TestConsumer.of(before).awaitOpen()) {
                    consumer.awaitRecords(100);
                    consumer.source.commit(consumer.records().get(59).position());
                    consumer.awaitCommitted(consumer.records().get(59).position());
                    published.addAll(consumer.ids());
                    awaitReplayed(primary, standby);
                    // From here on the standby is behind, and what happens is lost with the primary.
                    standby.stop();
                    before.insertMany("lost", 1, 40);
                    consumer.awaitRecords(140);
                    consumer.source.commit(consumer.records().get(139).position());
                    consumer.awaitCommitted(consumer.records().get(139).position());
                }
                prepared.close();
                primary.crash();
                standby.start();
                standby.execute("SELECT pg_promote()");

                OutboxFixture after =
                        OutboxFixture.existing(standby, "outbox", COLUMNS).keeping();
                assertThat(after.standing())
                        .filteredOn(id -> id.startsWith("seen"))
                        .hasSize(100);
                after.insertMany("new", 1, 200);
                standby.execute("COMMIT PREPARED 'lasting'");
                Set<String> owed = new HashSet<>(after.standing());
                owed.removeAll(published.stream()
                        .filter(id -> id.startsWith("seen") && Integer.parseInt(id.substring(4)) <= 60)
                        .toList());
                try (TestConsumer consumer = TestConsumer.of(PollingSource.factory(
                                        after::settings, new OutboxColumns(List.of()), new PollingCounters())
                                .get())
                        .committing()
                        .awaitOpen()) {
                    consumer.awaitRecords(owed.size());
                    assertThat(consumer.ids()).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(owed);
                    await().atMost(PATIENCE).until(() -> {
                        consumer.take();
                        return after.query(StressedRetention.KEEP.rowsLeft()).equals(List.of("0"));
                    });
                }
                assertThat(after.query("SELECT timeline FROM outbox_relay_state"))
                        .containsExactly("2");
            }
        }
    }

    private static void awaitReplayed(EmbeddedDatabase primary, EmbeddedDatabase standby) throws Exception {
        String written = OutboxFixture.existing(primary, "outbox", COLUMNS)
                .query("SELECT pg_current_wal_lsn()")
                .get(0);
        await().atMost(PATIENCE)
                .until(() -> OutboxFixture.existing(standby, "outbox", COLUMNS)
                        .query("SELECT pg_last_wal_replay_lsn() >= '" + written + "'")
                        .equals(List.of("t")));
    }
}
