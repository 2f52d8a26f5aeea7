package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FirstStartIT {

    @Test
    @Timeout(60)
    void while_somebody_has_locked_the_table_a_start_goes_on_through_the_same_connection() throws SQLException {
        try (EmbeddedDatabase database = LoggedOutbox.server()) {
            LoggedOutbox outbox = LoggedOutbox.standard(database);
            database.execute("GRANT USAGE ON SCHEMA public TO " + LoggedOutbox.ROLE + "; GRANT SELECT ON "
                    + outbox.table + " TO " + LoggedOutbox.ROLE);
            try (Connection application = database.connect();
                    Statement locking = application.createStatement();
                    Connection relay = new PostgresConnections(outbox.settings().connection()).open();
                    Statement asking = relay.createStatement()) {
                locking.execute("BEGIN");
                locking.execute("LOCK TABLE " + outbox.table + " IN ACCESS EXCLUSIVE MODE");

                FirstStart.tell(
                        relay,
                        SlotSession.request(outbox.settings(), new OutboxColumns(List.of())),
                        new StreamPosition(1, 1, 1, ""));

                assertThat(timeouts(asking)).isEqualTo("0/0");
            }
        }
    }

    private static String timeouts(Statement asking) throws SQLException {
        try (ResultSet row = asking.executeQuery(
                "SELECT current_setting('statement_timeout') || '/' || current_setting('lock_timeout')")) {
            row.next();
            return row.getString(1);
        }
    }
}
