package io.outboxrelay.bench.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A state is judged by what VACUUM says it could remove and what not: that it runs at all undoes only {@code DEAD_ROWS}. */
class DatabaseStateIT {
    private static Servers servers;

    @BeforeAll
    static void start() {
        servers = Servers.started();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Test
    void a_readers_snapshot_keeps_the_dead_rows_until_the_state_is_left() throws SQLException {
        try (DatabaseState.Hold hold = DatabaseState.HELD_HORIZON.enter(servers)) {
            assertThat(vacuum()).contains("tuples: 0 removed, 300000 remain, 300000 are dead but not yet removable");
        }
        assertThat(vacuum()).contains("tuples: 300000 removed");
    }

    @Test
    void a_transaction_that_wrote_before_the_dead_rows_keeps_them() throws SQLException {
        try (DatabaseState.Hold hold = DatabaseState.OPEN_WRITER.enter(servers)) {
            assertThat(vacuum()).contains("tuples: 0 removed, 300000 remain, 300000 are dead but not yet removable");
            assertThat(sessionsThatWroteAndWait()).isEqualTo(1);
        }
    }

    @Test
    void dead_rows_alone_stand_there_until_somebody_removes_them() throws SQLException {
        try (DatabaseState.Hold hold = DatabaseState.DEAD_ROWS.enter(servers)) {
            assertThat(vacuum()).contains("tuples: 300000 removed, 0 remain");
        }
    }

    @Test
    void a_state_begins_with_an_empty_table() throws SQLException {
        servers.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type)"
                + " VALUES (gen_random_uuid(), 'order', 'of an earlier run', 'OrderPaid')");
        try (DatabaseState.Hold hold = DatabaseState.PLAIN.enter(servers)) {
            assertThat(vacuum()).contains("tuples: 0 removed, 0 remain");
        }
    }

    private static long sessionsThatWroteAndWait() throws SQLException {
        try (Connection connection = servers.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT count(*) FROM pg_stat_activity"
                        + " WHERE state = 'idle in transaction' AND backend_xid IS NOT NULL")) {
            found.next();
            return found.getLong(1);
        }
    }

    private static String vacuum() throws SQLException {
        StringBuilder said = new StringBuilder();
        try (Connection connection = servers.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("VACUUM (VERBOSE) outbox");
            for (SQLWarning warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                said.append(warning.getMessage()).append('\n');
            }
        }
        return said.toString();
    }
}
