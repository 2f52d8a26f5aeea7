package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.polling.SourceWatch.Step;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RetriedStepsTest {
    private static final OutboxTable.Column TEXT = new OutboxTable.Column("text", "text", "text", true);
    private static final OutboxTable TABLE = new OutboxTable(
            new OutboxTable.Identity(1, List.of(1L, 2L), "public.outbox", true),
            new OutboxTable.Columns(TEXT, null, TEXT, TEXT, List.of()),
            null,
            "public.outbox_pkey",
            new OutboxTable.Deleted());

    private final SourceWatch watch = new SourceWatch("server", new Patience());
    private final RetriedSteps steps = new RetriedSteps(TABLE, watch);

    @Test
    void a_row_that_cannot_be_published_is_an_answer() {
        RelayException poison = new RelayException(FailureKind.POISON, "a row without id", "give it one");
        assertThatThrownBy(() -> steps.run(Step.READING, () -> {
                    throw poison;
                }))
                .isSameAs(poison);
        assertThat(watch.hindrance(true, later())).isNull();
    }

    @Test
    void an_error_that_ends_the_session_is_passed_on_and_how_long_it_took_can_be_asked() {
        SQLException cancelled = new SQLException("canceling statement", "57014");
        assertThatThrownBy(() -> fail(Step.READING, cancelled)).isSameAs(cancelled);
        assertThat(watch.busyNanos(System.nanoTime())).isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = {"READING", "SETTLING"})
    void a_full_disk_costs_time_and_not_the_session(Step step) throws SQLException {
        Failure hindrance = heldUp(step, "53100", "could not extend file \"base/5/1\": No space left on device");
        assertThat(hindrance.summary()).contains("no space left", "base/5/1", "free some");
    }

    @ParameterizedTest
    @CsvSource({"55P03", "40P01", "40001"})
    void locks_are_looked_for_in_all_partitions(String state) throws SQLException {
        assertThat(heldUp(Step.SETTLING, state, "could not obtain it").summary())
                .contains("published rows cannot be deleted from public.outbox", "l.granted AND l.relation IN (1, 2)");
    }

    @Test
    void what_a_constraint_refuses_is_told_in_its_words_without_what_follows_them() throws SQLException {
        assertThat(heldUp(Step.SETTLING, "23514", "violates check constraint \"few\"\nDetail: the payload")
                        .summary())
                .contains("\"few\"")
                .doesNotContain("payload");
    }

    @ParameterizedTest
    @CsvSource({"P0001", "P0002", "P0004"})
    void the_words_of_a_trigger_may_quote_a_row_and_are_not_told(String state) throws SQLException {
        assertThat(heldUp(Step.SETTLING, state, "bad the payload").summary())
                .contains("a trigger refuses it", state, "the server's log")
                .doesNotContain("payload");
    }

    @Test
    void what_the_relay_itself_says_of_a_trigger_is_told() throws SQLException {
        assertThat(heldUp(Step.SETTLING, new ArchivingRemoval.RowsDiscarded("of 2 rows only 1 came"))
                        .summary())
                .contains("a trigger refuses it (of 2 rows only 1 came)");
    }

    @Test
    void a_value_that_the_server_quotes_is_not_told() throws SQLException {
        assertThat(heldUp(Step.SETTLING, "22P02", "invalid input syntax for type integer: \"the payload\"")
                        .summary())
                .contains("22P02")
                .doesNotContain("payload");
    }

    @Test
    void what_nobody_but_settling_can_meet_is_no_obstacle_to_reading() {
        SQLException unfit = new SQLException("invalid input syntax", "22P02");
        assertThatThrownBy(() -> fail(Step.READING, unfit)).isSameAs(unfit);
    }

    /** What is told of a step that was held up for long. */
    private Failure heldUp(Step step, String state, String message) throws SQLException {
        return heldUp(step, new SQLException(message, state));
    }

    private Failure heldUp(Step step, SQLException error) throws SQLException {
        assertThat(fail(step, error)).isFalse();
        Failure hindrance = watch.hindrance(true, later());
        assertThat(hindrance).isNotNull();
        return hindrance;
    }

    private boolean fail(Step step, SQLException error) throws SQLException {
        return steps.run(step, () -> {
            throw error;
        });
    }

    private static long later() {
        return System.nanoTime() + 2 * SourceWatch.WORTH_A_WORD_NANOS;
    }
}
