package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.RelayException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** The driver logs through the JDK, past the relay's own log and its masking. */
class DriverLogTest {

    @Test
    void a_url_that_the_driver_cannot_read_is_not_logged_with_its_password() {
        List<String> logged = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                logged.add(entry.getMessage());
            }

            @Override
            public void flush() {
                // Nothing is held back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        Logger root = Logger.getLogger("");
        root.addHandler(handler);
        try {
            PostgresConnections unreadable = new PostgresConnections(
                    ConnectionSettings.of("jdbc:postgresql://db.example?user=app&password=hunter22", null, null));
            assertThatThrownBy(unreadable::open)
                    .isInstanceOf(RelayException.class)
                    .hasMessageNotContaining("hunter22");
        } finally {
            root.removeHandler(handler);
        }
        assertThat(logged).isEmpty();
    }
}
