package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.testkit.MySqlServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Where nothing is stored of a table in MySQL, reading begins at the end of the log; what must not be in front of that. */
@ParameterizedClass
@EnumSource(names = {"NEWEST_BY_GTID", "EIGHT_BY_FILE"})
class MySqlFirstStartIT {

    @TempDir
    static Path directory;

    private static MySqlServer server;

    @Parameter
    MySqlOutbox.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(MySqlOutbox.Kind kind) throws SQLException {
        assumeTrue(kind.programs.isThere(), kind.programs.whyNot());
        server = kind.start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        server.close();
    }

    @Test
    void a_first_start_while_others_write_is_no_loss() throws Exception {
        MySqlOutbox busy = MySqlOutbox.standard(server, directory);
        AtomicBoolean over = new AtomicBoolean();
        Future<?> writing = busy.insertUntil(over);
        try {
            for (int start = 0; start < 3; start++) {
                try (LogConsumer consumer =
                        MySqlOutbox.standard(server, directory).consumer()) {
                    consumer.awaitOpen();
                }
            }
        } finally {
            over.set(true);
            writing.get();
        }
    }

    @Test
    void rows_under_the_earlier_name_of_a_table_are_not_passed_over_in_silence() throws Exception {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        MySqlOutbox renamed = outbox.named("renamed");
        try (LogConsumer consumer = outbox.consumer().awaitOpen()) {
            outbox.insert("a", 1);
            consumer.awaitRecords(1).stopCleanly();
        }
        MySqlOutbox other = outbox.named("other");
        server.execute(
                "CREATE TABLE shop.other LIKE shop." + outbox.table + "; GRANT SELECT ON shop.other TO log_reader;"
                        + " REVOKE SELECT ON shop." + outbox.table + " FROM log_reader");
        try (LogConsumer consumer = other.consumer()) {
            consumer.awaitOpen(); // beside a table that only another relay's user may see
        }
        outbox.insert("b", 1);
        server.execute("RENAME TABLE shop." + outbox.table + " TO shop.renamed; GRANT SELECT ON shop.* TO log_reader");
        try (LogConsumer consumer = renamed.consumer()) {
            Failure failure = consumer.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
            assertThat(failure.summary()).contains("a position is stored of shop." + outbox.table, "renamed");
        }

        server.execute("RENAME TABLE shop.renamed TO shop." + outbox.table);
        try (LogConsumer consumer = outbox.consumer().awaitRecords(1)) {
            assertThat(consumer.ids()).containsExactly("b0");
            consumer.stopCleanly();
        }
        server.execute("RENAME TABLE shop." + outbox.table + " TO shop.renamed; CREATE TABLE shop." + outbox.table
                + " (gone INT)");
        try (LogConsumer consumer = renamed.consumer().awaitOpen()) {
            renamed.insert("c", 1);
            consumer.awaitRecords(1);
            assertThat(consumer.ids()).containsExactly("c0");
        }
    }
}
