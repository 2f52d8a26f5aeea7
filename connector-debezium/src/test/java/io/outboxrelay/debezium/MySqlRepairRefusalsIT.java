package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.RepairPlan;
import io.outboxrelay.debezium.repair.RowOrder;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.MySqlServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a repair on MySQL refuses before it changes anything, in what order it reads, and that what it reads is what the log would give. */
@ParameterizedClass
@EnumSource(names = {"NEWEST_BY_GTID", "EIGHT_BY_FILE"})
class MySqlRepairRefusalsIT {

    @TempDir
    static Path directory;

    private static MySqlServer server;

    @Parameter
    MySqlOutbox.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(MySqlOutbox.Kind kind) throws SQLException {
        assumeTrue(kind.programs.isThere(), kind.programs.whyNot());
        server = kind.shared();
    }

    @Test
    void what_orders_nothing_is_refused_unless_the_operator_says_how() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        outbox.insert("a", 1);
        assertThat(refusal(new RepairedMySqlLog(outbox)))
                .contains("no column is numbered by the database")
                .contains("--order-by COLUMN");
        assertThat(refusal(new RepairedMySqlLog(outbox).by(RowOrder.Way.COMMIT_TIMESTAMP, null)))
                .contains("does not note when transactions commit");
        assertThat(refusal(new RepairedMySqlLog(outbox).by(RowOrder.Way.NUMBER, "rank")))
                .contains("cannot be read in this order")
                .contains("--order-by COLUMN");
        assertThat(plan(new RepairedMySqlLog(outbox).by(RowOrder.Way.NONE, null))
                        .steps())
                .anyMatch(it -> it.contains("in no particular order"));

        server.execute(
                "shop",
                "ALTER TABLE " + outbox.table + " ADD COLUMN place INT; UPDATE " + outbox.table
                        + " SET place = 3; INSERT INTO " + outbox.table + " (id, place) VALUES ('z', 1), ('b', 2)");
        assertThat(new RepairedMySqlLog(outbox).by(RowOrder.Way.NUMBER, "place").repaired())
                .containsExactly("z", "b", "a0");
    }

    @Test
    void numbers_that_several_servers_draw_order_nothing_by_themselves() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.numbered(server, directory);
        server.execute("SET GLOBAL auto_increment_increment = 7");
        try {
            assertThat(refusal(new RepairedMySqlLog(outbox)))
                    .contains("auto_increment_increment is 7")
                    .contains("--order number");
            assertThat(plan(new RepairedMySqlLog(outbox).by(RowOrder.Way.NUMBER, null))
                            .isNeeded())
                    .isTrue();
        } finally {
            server.execute("SET GLOBAL auto_increment_increment = 1");
        }
    }

    @Test
    void who_may_not_read_or_lock_the_table_is_told_what_to_grant_and_then_may() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.numbered(server, directory);
        outbox.insert("a", 1);
        RepairedMySqlLog repairs = new RepairedMySqlLog(outbox).withoutAdmin();
        String refusal = refusal(repairs);
        assertThat(refusal)
                .contains("log_reader@% may not lock shop." + outbox.table)
                .contains("--admin USER");
        assertThat(outbox.stored()).isEmpty();

        server.execute(refusal.substring(refusal.indexOf("GRANT LOCK TABLES")));
        try {
            assertThat(repairs.repaired()).containsExactly("a0");
        } finally {
            server.execute("REVOKE LOCK TABLES ON shop.* FROM log_reader@'%'");
        }
    }

    @Test
    void a_table_without_snapshots_and_a_server_that_logs_no_rows_are_refused() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.numbered(server, directory);
        server.execute("ALTER TABLE shop." + outbox.table + " ENGINE = MyISAM");
        assertThat(refusal(new RepairedMySqlLog(outbox)))
                .contains("is of engine MyISAM")
                .contains("ENGINE = InnoDB");

        server.execute(
                "ALTER TABLE shop." + outbox.table + " ENGINE = InnoDB; SET GLOBAL binlog_row_image = 'MINIMAL'");
        try (LogRepair repair = new RepairedMySqlLog(outbox).repair(step -> {})) {
            assertThatExceptionOfType(RelayException.class)
                    .isThrownBy(repair::plan)
                    .withMessageContaining("binlog_row_image is MINIMAL");
        } finally {
            server.execute("SET GLOBAL binlog_row_image = 'FULL'");
        }
        assertThat(outbox.stored()).isEmpty();
    }

    @Test
    void values_are_those_that_the_log_gives() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.numbered(server, directory);
        server.execute(
                "shop",
                "ALTER TABLE " + outbox.table + " MODIFY payload JSON, MODIFY aggregateid VARBINARY(20),"
                        + " ADD c_char CHAR(6) CHARACTER SET latin1, ADD c_enum ENUM('x', 'yé'), ADD c_set SET('p', 'q', 'r'),"
                        + " ADD c_tiny TINYINT(1), ADD c_small SMALLINT UNSIGNED, ADD c_int INT(8) ZEROFILL, ADD c_big BIGINT,"
                        + " ADD c_dec DECIMAL(12, 4), ADD c_date DATE, ADD c_time TIME(3), ADD c_dt DATETIME, ADD c_dt3 DATETIME(3),"
                        + " ADD c_dt6 DATETIME(6), ADD c_ts TIMESTAMP(6) NULL, ADD c_year YEAR, ADD c_bin BINARY(4), ADD c_blob BLOB,"
                        + " ADD c_bit BIT(1), ADD c_json JSON");
        String[] columns = {
            "c_char", "c_enum", "c_set", "c_tiny", "c_small", "c_int", "c_big", "c_dec", "c_date", "c_time", "c_dt",
            "c_dt3", "c_dt6", "c_ts", "c_year", "c_bin", "c_blob", "c_bit", "c_json", "id", "payload"
        };
        String insert = "INSERT INTO " + outbox.table + " SET ";
        try (LogConsumer consumer = outbox.consumer(columns).awaitOpen()) {
            server.execute(
                    "shop",
                    "SET time_zone = '+05:00';" + insert
                            + "id = 'full', aggregateid = x'00ff10', payload = '{\"b\": 1, \"a\": [2.50, 1.0, -0.125, 1e300, 1e-7, 12345678901234567890, true, null, \"é\\\\n\\\\u0001/\\\\\"\"], \"c\": {\"x\": {}, \"y\": []}}',"
                            + " c_char = 'ab ', c_enum = 'yé', c_set = 'r,p', c_tiny = -1, c_small = 65535, c_int = 42, c_big = -9223372036854775808,"
                            + " c_dec = 1.5, c_date = '2026-01-02', c_time = '23:59:58.120', c_dt = '2026-01-02 03:04:05', c_dt3 = '2026-01-02 03:04:05.600',"
                            + " c_dt6 = '1969-12-31 23:59:59.000100', c_ts = '2026-01-02 03:04:05.000000', c_year = 2026, c_bin = x'0a00', c_blob = x'00ff',"
                            + " c_bit = 1, c_json = CAST(1.50 AS JSON);"
                            + insert
                            + "id = 'zeros', payload = '[]', c_char = '', c_bit = 0, c_bin = x'00000000', c_dec = 0, c_dt6 ="
                            + " '2026-01-02 00:00:00', c_time = '00:00:00', c_json = '\"a b\"';"
                            + insert + "id = 'empty'");
            consumer.awaitRecords(3).stopCleanly();

            List<OutboxRecord> standing =
                    new RepairedMySqlLog(outbox, columns).anew().repaired(step -> {}, () -> {});

            for (int i = 0; i < 3; i++) {
                OutboxRecord logged = consumer.records.get(i);
                assertThat(standing.get(i).id()).isEqualTo(logged.id());
                assertThat(standing.get(i).key()).as("key of %s", logged.id()).isEqualTo(logged.key());
                assertThat(standing.get(i).columns()).as(logged.id()).isEqualTo(logged.columns());
                assertThat(standing.get(i).payload())
                        .as("payload of %s", logged.id())
                        .isEqualTo(logged.payload());
            }
        }
    }

    @Test
    void a_column_that_cannot_be_read_from_the_log_is_refused() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.numbered(server, directory);
        server.execute("ALTER TABLE shop." + outbox.table + " ADD c_float DOUBLE");
        try (LogRepair repair = new RepairedMySqlLog(outbox, "c_float").repair(step -> {})) {
            assertThatExceptionOfType(RelayException.class)
                    .isThrownBy(repair::begin)
                    .withMessageContaining("c_float is of type DOUBLE");
        }
        assertThat(outbox.stored()).isEmpty();
    }

    private static RepairPlan plan(RepairedMySqlLog repairs) {
        try (LogRepair repair = repairs.repair(step -> {})) {
            return repair.plan();
        }
    }

    private static String refusal(RepairedMySqlLog repairs) {
        try (LogRepair repair = repairs.repair(step -> {})) {
            Failure refusal = Objects.requireNonNull(repair.plan().refusal());
            assertThat(refusal.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThatExceptionOfType(RelayException.class).isThrownBy(repair::begin);
            return refusal.summary();
        }
    }
}
