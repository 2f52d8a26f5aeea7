package io.outboxrelay.jdbc.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A slot that standbys keep (PostgreSQL 17 and later) goes on after a promotion; one that was made afterwards does not pass for it. */
class FailoverSlotIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void a_slot_that_came_along_goes_on_and_one_made_after_the_promotion_is_refused() throws SQLException {
        try (EmbeddedDatabase primary = StreamedDatabase.server()) {
            StreamedDatabase before = new StreamedDatabase(primary, StreamedDatabase.OUTBOX).withFailover();
            try (EmbeddedDatabase standby = primary.standby()) {
                StreamedDatabase after = before.on(standby);
                // A standby is a copy of all files, slots included; these are to come by the stream.
                before.execute(
                        before.statements().createPublication(),
                        before.statements().stamp(null),
                        before.statements().createSlot(180_000),
                        "SELECT pg_create_physical_replication_slot('standby')");
                after.execute(
                        "ALTER SYSTEM SET primary_slot_name = 'standby'",
                        "ALTER SYSTEM SET hot_standby_feedback = on",
                        "ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=" + primary.port()
                                + " user=postgres dbname=postgres'",
                        "SELECT pg_reload_conf()");
                await().atMost(PATIENCE)
                        .pollInterval(Duration.ofMillis(100))
                        .ignoreExceptions()
                        .until(() -> {
                            // A slot comes along once it has moved on at the primary.
                            before.execute(
                                    "INSERT INTO app.outbox VALUES (gen_random_uuid())",
                                    "SELECT pg_log_standby_snapshot()");
                            before.execute("SELECT pg_replication_slot_advance('"
                                    + before.request().slot() + "', pg_current_wal_lsn())");
                            after.execute("SELECT pg_sync_replication_slots()");
                            return after.value(
                                            "SELECT count(*) FROM pg_replication_slots WHERE synced AND NOT temporary")
                                    .equals("1");
                        });
                StreamPosition stored = before.begin(null);
                assertThatThrownBy(() -> after.begin(stored))
                        .isInstanceOfSatisfying(
                                RelayException.class,
                                e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT));
                primary.crash();
                after.execute("SELECT pg_promote()");

                StreamPosition gone = after.begin(stored);

                assertThat(gone.timeline()).isEqualTo(2);
                assertThat(gone.lsn()).isEqualTo(stored.lsn());
                assertThat(after.begin(gone)).isEqualTo(gone);
                // More was published than the standby ever had.
                StreamPosition further = stored.at(stored.lsn() + (1L << 40));
                assertThat(after.begin(further).lsn()).isLessThan(further.lsn());

                after.execute(after.statements().dropSlot(), after.statements().createSlot(180_000));
                assertThat(after.refusal(stored).kind()).isEqualTo(FailureKind.POSITION_LOST);
                assertThat(after.refusal(further).summary()).contains("was made after the server left timeline 1");
            }
        }
    }
}
