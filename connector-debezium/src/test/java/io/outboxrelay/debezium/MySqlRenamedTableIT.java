package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.testkit.MySqlServer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A table in MySQL that is renamed while nobody reads, and settings that follow. */
class MySqlRenamedTableIT {

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(names = {"NEWEST_BY_GTID", "EIGHT_BY_FILE"})
    void rows_under_the_earlier_name_are_not_passed_over_in_silence(MySqlOutbox.Kind kind) throws Exception {
        assumeTrue(kind.programs.isThere(), kind.programs.whyNot());
        try (MySqlServer server = kind.start()) {
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
            server.execute(
                    "RENAME TABLE shop." + outbox.table + " TO shop.renamed; GRANT SELECT ON shop.* TO log_reader");
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
}
