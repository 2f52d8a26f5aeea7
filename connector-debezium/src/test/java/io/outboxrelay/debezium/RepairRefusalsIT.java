package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.RowOrder;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a repair does not do is said before anything is changed. */
class RepairRefusalsIT {

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
    @CsvSource({
        "INCREMENT BY -1, counts down, AUTOMATIC",
        "INCREMENT BY -1, counts down, NUMBER",
        "CYCLE, begins again, NUMBER",
        "CACHE 5, hands out 5 numbers, AUTOMATIC"
    })
    void numbers_that_do_not_rise_with_the_rows_order_nothing(String sequence, String reason, RowOrder.Way way)
            throws SQLException {
        LoggedOutbox identity = LoggedOutbox.of(
                database,
                "seq bigint GENERATED ALWAYS AS IDENTITY (" + sequence
                        + "), id text NOT NULL, aggregateid text, payload text");
        LoggedOutbox byDefault =
                LoggedOutbox.of(database, "seq bigint, id text NOT NULL, aggregateid text, payload text");
        String numbers = "numbers_of_" + byDefault.table;
        database.execute("CREATE SEQUENCE " + numbers + " " + sequence + "; ALTER TABLE " + byDefault.table
                + " ALTER seq SET DEFAULT nextval('" + numbers + "')");
        for (LoggedOutbox outbox : List.of(identity, byDefault)) {
            outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");

            assertThat(refusal(new RepairedLog(outbox).by(way, null)))
                    .contains(reason)
                    .contains("--order-by COLUMN");
        }
    }

    @ParameterizedTest
    @CsvSource({"sequ, does not exist", "doc, could not identify an ordering operator"})
    void a_column_that_orders_nothing_costs_no_slot(String column, String reason) throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS + ", doc json");

        assertThat(refusal(new RepairedLog(outbox).droppingSlot().by(RowOrder.Way.NUMBER, column)))
                .contains(reason)
                .contains("--order-by COLUMN");

        assertThat(outbox.bytesBehind()).isNotNegative();
    }

    @Test
    void a_publication_that_is_there_is_left_to_people() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.of(database, RepairedLog.COLUMNS);
        outbox.insert("a", 1);
        database.execute("CREATE TABLE of_others_" + outbox.table + " (id int); ALTER PUBLICATION " + outbox.slot
                + " ADD TABLE of_others_" + outbox.table);
        outbox.ask("SELECT pg_drop_replication_slot('" + outbox.slot + "')");

        assertThat(refusal(new RepairedLog(outbox)))
                .contains("has other tables than the outbox")
                .contains("ALTER PUBLICATION " + outbox.slot + " DROP TABLE public.of_others_" + outbox.table);

        assertThat(outbox.ask("SELECT count(*) FROM pg_publication_tables WHERE pubname = '" + outbox.slot + "'"))
                .isEqualTo("2");
        database.execute("DROP PUBLICATION " + outbox.slot);
        assertThat(new RepairedLog(outbox).repaired()).hasSize(1);
    }

    private static String refusal(RepairedLog repairs) {
        try (LogRepair repair = repairs.repair(step -> {})) {
            Failure refusal = Objects.requireNonNull(repair.plan().refusal());
            assertThat(refusal.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThatExceptionOfType(RelayException.class).isThrownBy(repair::begin);
            return refusal.summary();
        }
    }
}
