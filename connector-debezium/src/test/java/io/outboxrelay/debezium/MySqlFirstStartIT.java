package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.testkit.LinkFault;
import io.outboxrelay.testkit.MySqlServer;
import io.outboxrelay.testkit.TcpProxy;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
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

    /** Each row moves the counter that the server shows with the columns, and over a slow link one comes between any two questions. */
    @Test
    void a_first_start_on_a_table_that_numbers_its_rows_begins_while_others_write_to_it() throws Exception {
        MySqlOutbox busy = MySqlOutbox.standard(server, directory);
        server.execute("ALTER TABLE shop." + busy.table + " ADD COLUMN n BIGINT NOT NULL AUTO_INCREMENT UNIQUE");
        AtomicBoolean over = new AtomicBoolean();
        Future<?> writing = busy.insertUntil(over);
        try (SlowSession slow = new SlowSession(busy)) {
            MySqlBeginning.Begun begun = slow.begin(() -> false);
            assertThat(begun.columns()).contains(") ENGINE=InnoDB DEFAULT", " NOT NULL AUTO_INCREMENT,");
            try (LogConsumer consumer = busy.consumer()) {
                consumer.awaitOpen();
            }
        } finally {
            over.set(true);
            writing.get();
        }
    }

    @Test
    void a_first_start_on_a_table_that_is_altered_all_the_time_is_given_up_with_the_reason_or_when_the_relay_ends()
            throws Exception {
        MySqlOutbox altered = MySqlOutbox.standard(server, directory);
        AtomicBoolean over = new AtomicBoolean();
        Future<?> altering = altered.executeUntil(over, n -> "ALTER TABLE " + altered.table + " COMMENT '" + n + "'");
        try (SlowSession slow = new SlowSession(altered)) {
            assertThatThrownBy(() -> slow.begin(() -> false))
                    .isInstanceOfSatisfying(
                            RelayException.class,
                            e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT))
                    .hasMessageContaining("was altered 10 times");
            AtomicInteger asked = new AtomicInteger();
            assertThatThrownBy(() -> slow.begin(() -> asked.incrementAndGet() > 1))
                    .hasMessageContaining("the relay ends");
            assertThat(asked).as("it is asked before each turn").hasValueBetween(2, 3);
        } finally {
            over.set(true);
            altering.get();
        }
    }

    /** The relay's own connection, with tens of milliseconds between a question and its answer. */
    private static final class SlowSession implements AutoCloseable {

        private final TcpProxy proxy = TcpProxy.before(server.port());
        private final MySqlTable table;
        private final MySqlSession session;
        private final Map<String, String> variables;

        SlowSession(MySqlOutbox outbox) {
            DebeziumSettings settings = outbox.settings(ConnectionSettings.of(
                    "jdbc:mysql://127.0.0.1:" + proxy.port() + "/shop",
                    outbox.settings().connection().username(),
                    outbox.settings().connection().password()));
            table = MySqlTable.of((TableOutbox) settings.outbox(), settings.connection());
            session = new MySqlSession(settings.connection(), "slow");
            session.open();
            variables = session.variables();
            proxy.inject(new LinkFault.Slow(20_000));
        }

        MySqlBeginning.Begun begin(BooleanSupplier ending) {
            return new MySqlBeginning(session, table, ending).find(variables);
        }

        @Override
        public void close() {
            session.close();
            proxy.close();
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
