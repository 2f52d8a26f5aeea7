package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The log names a table as it was called when the row was written. */
class RenamedTableIT {

    private static EmbeddedDatabase database;

    @BeforeAll
    static void start() throws SQLException {
        database = LoggedOutbox.server();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Test
    void rows_that_waited_while_the_table_was_renamed_are_read() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitOpen()) {
            consumer.stopCleanly();
        }
        outbox.insert("waited", 5);
        LoggedOutbox renamed = outbox.renamedTo(outbox.table + "_b");
        renamed.insert("after", 1);

        try (LogConsumer consumer = LogConsumer.of(renamed)) {
            consumer.awaitRecords(6);
            assertThat(consumer.ids()).containsExactly("waited0", "waited1", "waited2", "waited3", "waited4", "after0");
        }
    }

    @Test
    void rows_written_under_a_name_that_the_table_has_no_more_are_read() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.standard(database);
        LoggedOutbox renamed = outbox.renamedTo(outbox.table + "_b");
        renamed.insert("between", 5);
        renamed.renamedTo(outbox.table);
        outbox.insert("after", 1);

        try (LogConsumer consumer = LogConsumer.of(outbox)) {
            consumer.awaitRecords(6);
            assertThat(consumer.ids())
                    .containsExactly("between0", "between1", "between2", "between3", "between4", "after0");
        }
    }

    @Test
    void a_table_of_an_odd_name_is_read_also_where_there_are_too_many_tables_to_take_all() throws SQLException {
        LoggedOutbox outbox = LoggedOutbox.called(database, "a,b.c\"d \\E(x)");
        outbox.insert("a", 2);
        try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(2)) {
            consumer.stopCleanly();
        }
        database.execute("CREATE SCHEMA many;"
                + " DO $$ BEGIN FOR n IN 1..1001 LOOP EXECUTE 'CREATE TABLE many.t' || n || ' ()'; END LOOP; END $$");
        try {
            outbox.insert("b", 2);
            try (LogConsumer consumer = LogConsumer.of(outbox).awaitRecords(2)) {
                assertThat(consumer.ids()).containsExactly("b0", "b1");
            }
        } finally {
            database.execute("DROP SCHEMA many CASCADE");
        }
    }
}
