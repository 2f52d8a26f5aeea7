package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Check.Verdict;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Advice that no test can bring about by a real cause from outside: a machine's clock. */
class PostgresAdviceIT {

    @Test
    void clocks_that_are_apart_are_warned_of_whichever_is_ahead() throws SQLException {
        try (EmbeddedDatabase server = EmbeddedDatabase.started();
                Connection connection = server.connect()) {
            Check slow = clock(connection, Duration.ofSeconds(-10));
            assertThat(slow.verdict()).isEqualTo(Verdict.WARN);
            assertThat(slow.problems().get(0).what()).contains("s ahead of this machine's");
            Check fast = clock(connection, Duration.ofSeconds(10));
            assertThat(fast.verdict()).isEqualTo(Verdict.WARN);
            assertThat(fast.problems().get(0).what()).contains("s behind this machine's");
            assertThat(clock(connection, Duration.ZERO).verdict()).isEqualTo(Verdict.OK);
        }
    }

    private static Check clock(Connection connection, Duration offset) throws SQLException {
        return new PostgresAdvice(connection, Clock.offset(Clock.systemUTC(), offset))
                .ofServer().stream()
                        .filter(check -> check.subject().equals("database clock"))
                        .findFirst()
                        .orElseThrow();
    }
}
