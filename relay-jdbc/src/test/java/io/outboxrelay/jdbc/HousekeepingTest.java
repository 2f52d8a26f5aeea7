package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.RelayException;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HousekeepingTest {

    private static final ConnectionSettings SETTINGS = ConnectionSettings.of("jdbc:mysql://db/shop", "relay", "pw");

    @Test
    void a_refused_login_rests_longer_than_what_else_fails() {
        RelayException refused =
                new RelayException(MySqlFailures.classify(new SQLException("said", "28000", 1045), SETTINGS));
        RelayException away =
                new RelayException(MySqlFailures.classify(new SQLException("said", "08000", 1040), SETTINGS));
        assertThat(rest(refused, 0)).isEqualTo(Duration.ofSeconds(30));
        assertThat(rest(away, 0)).isEqualTo(Duration.ofSeconds(5));
        assertThat(rest(new SQLException("cut"), 0)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void a_slow_look_takes_a_twentieth_of_the_time_at_most() {
        assertThat(rest(null, 1_000_000)).isEqualTo(Duration.ofSeconds(2));
        assertThat(rest(null, Duration.ofSeconds(1).toNanos())).isEqualTo(Duration.ofSeconds(20));
    }

    private static Duration rest(Exception failure, long tookNanos) {
        return Duration.ofNanos(Housekeeping.restNanos(failure, tookNanos));
    }
}
