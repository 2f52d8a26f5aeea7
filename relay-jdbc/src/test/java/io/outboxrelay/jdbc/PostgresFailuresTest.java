package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

class PostgresFailuresTest {
    private static final ConnectionSettings SETTINGS =
            ConnectionSettings.of("jdbc:postgresql://db:5432/shop?password=tahini", "relay", "sesame");

    @ParameterizedTest
    @CsvSource({
        "08001, TRANSIENT, source.url",
        "08003, TRANSIENT, connects again",
        "08006, TRANSIENT, connects again",
        "08004, MISCONFIGURED, sslmode",
        "22023, MISCONFIGURED, parameters of source.url",
        "25006, TRANSIENT, failover",
        "28000, MISCONFIGURED, pg_hba.conf",
        "28P01, MISCONFIGURED, source.password",
        "3D000, MISCONFIGURED, database",
        "3F000, MISCONFIGURED, schema",
        "40001, TRANSIENT, tries again",
        "40P01, TRANSIENT, tries again",
        "42501, MISCONFIGURED, 'to poll, USAGE on the schema, SELECT and DELETE on the table, SELECT on its sequence; to read the log, REPLICATION'",
        "42703, MISCONFIGURED, outbox.columns",
        "42P01, MISCONFIGURED, outbox.table",
        "42883, MISCONFIGURED, PostgreSQL 13",
        "08P01, TRANSIENT, log of the pooler",
        "53100, TRANSIENT, disk",
        "53300, TRANSIENT, 'three with source.listen, and to read the log five, six'",
        "55P03, TRANSIENT, tries again",
        "57014, TRANSIENT, tries again",
        "57P01, TRANSIENT, connects again",
        "57P02, TRANSIENT, connects again",
        "57P03, TRANSIENT, waits",
    })
    void knows_what_to_do_about_each_state(String state, FailureKind kind, String remedy) {
        Failure failure = PostgresFailures.classify(fromServer(state, "some text"), SETTINGS);

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.loginRefused()).as("an account may be locked for it").isEqualTo(state.startsWith("28"));
        assertThat(failure.problems().get(0).remedy()).contains(remedy);
        assertThat(failure.problems().get(0).what())
                .contains("some text")
                .contains(state)
                .contains("relay")
                .contains("db:5432/shop");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "X", "XX000", "42704", "0A000", "99999"})
    void an_unknown_error_is_retried_visibly(String state) {
        Failure failure = PostgresFailures.classify(new SQLException("strange", state), SETTINGS);

        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure.summary()).contains("strange").contains("tries again");
    }

    @Test
    void a_statement_on_a_foreign_session_points_to_the_pooler_in_whatever_language_the_server_speaks() {
        Failure failure = PostgresFailures.classify(
                fromServer("42704", "unbekannter Konfigurationsparameter »outbox_relay.session_lost«"), SETTINGS);

        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure.summary()).contains("a pooler stands before", "session mode");
    }

    @Test
    void an_unknown_host_is_waited_for_and_named() {
        Failure failure = PostgresFailures.classify(
                new PSQLException(
                        "The connection attempt failed.",
                        PSQLState.CONNECTION_UNABLE_TO_CONNECT,
                        new UnknownHostException("db")),
                SETTINGS);

        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure.summary()).contains("unknown host db").contains("name service");
    }

    @Test
    void neither_a_password_nor_a_row_gets_into_the_message() {
        SQLException error = new PSQLException(new ServerErrorMessage("SERROR\0C23505\0Mduplicate key, sesame, "
                + SETTINGS.url() + "\0DKey (id)=(the payload) already exists.\0"));

        Failure failure = PostgresFailures.classify(error, SETTINGS);

        assertThat(failure.summary())
                .contains("duplicate key")
                .doesNotContain("payload")
                .doesNotContain("sesame")
                .doesNotContain("tahini");
    }

    @Test
    void a_value_that_the_server_quotes_in_its_first_line_is_left_to_the_server_s_log() {
        Failure failure = PostgresFailures.classify(
                fromServer("22P02", "invalid input syntax for type integer: \"the payload\""), SETTINGS);

        assertThat(failure.kind()).isEqualTo(FailureKind.TRANSIENT);
        assertThat(failure.summary())
                .contains("a value", "22P02", "server's log")
                .doesNotContain("payload");
    }

    private static SQLException fromServer(String state, String message) {
        return new PSQLException(new ServerErrorMessage("SFATAL\0C" + state + "\0M" + message + "\0"));
    }
}
