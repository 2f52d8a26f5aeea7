package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.net.UnknownHostException;
import java.sql.SQLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MySqlFailuresTest {

    private static final ConnectionSettings SETTINGS =
            ConnectionSettings.of("jdbc:mysql://db/shop?sslKey=hidden", "relay", "s3cret-pw");

    @ParameterizedTest
    @CsvSource({
        "1045, MISCONFIGURED", "1227, MISCONFIGURED", "1142, MISCONFIGURED", "1146, MISCONFIGURED",
                "1049, MISCONFIGURED",
        "1040, TRANSIENT", "1205, TRANSIENT", "1213, TRANSIENT", "1236, POSITION_LOST", "1105, TRANSIENT"
    })
    void an_error_of_the_server_is_known_by_its_number(int number, FailureKind kind) {
        Failure failure = MySqlFailures.classify(new SQLException("said", "HY000", number), SETTINGS);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.summary()).contains("said").contains("error " + number);
        assertThat(failure.problems())
                .allSatisfy(problem -> assertThat(problem.remedy()).isNotEmpty());
    }

    @Test
    void only_a_refused_password_is_spared() {
        assertThat(MySqlFailures.classify(new SQLException("", "28000", 1045), SETTINGS)
                        .loginRefused())
                .isTrue();
        assertThat(MySqlFailures.classify(new SQLException("", "42000", 1142), SETTINGS)
                        .loginRefused())
                .isFalse();
    }

    @Test
    void what_the_driver_says_by_itself_is_known_by_its_cause() {
        SQLException unknown = new SQLException("Communications link failure", "08S01", new UnknownHostException("db"));
        assertThat(MySqlFailures.classify(unknown, SETTINGS).kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(MySqlFailures.classify(unknown, SETTINGS).summary()).contains("name service");
        SQLException tls = new SQLException("Communications link failure", "08S01", new SSLHandshakeException("no"));
        assertThat(MySqlFailures.classify(tls, SETTINGS).kind()).isEqualTo(FailureKind.MISCONFIGURED);
        SQLException key = new SQLException("Public Key Retrieval is not allowed", "08001");
        assertThat(MySqlFailures.classify(key, SETTINGS).summary()).contains("allowPublicKeyRetrieval");
    }

    @Test
    void no_secret_is_in_what_is_said() {
        Failure failure = MySqlFailures.classify(
                new SQLException("cannot reach " + SETTINGS.url() + " with s3cret-pw\nand more", "08S01"), SETTINGS);
        assertThat(failure.summary())
                .doesNotContain("s3cret-pw")
                .doesNotContain("hidden")
                .doesNotContain("and more");
    }
}
