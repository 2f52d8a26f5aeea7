package io.outboxrelay.debezium.rows;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What people are told of rows that are not there to be deleted. */
class HindranceTest {

    private static final long A_MINUTE = Duration.ofMinutes(1).toNanos();
    // Near its end, where the clock of the machine may stand as well.
    private static final long BEGIN = Long.MAX_VALUE - 1;

    private final Logger logger = (Logger) LoggerFactory.getLogger(Hindrance.class);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Hindrance hindrance = new Hindrance("public.outbox", RowDeletion.Bounds.DEFAULT);

    @BeforeEach
    void listen() {
        said.start();
        logger.addAppender(said);
    }

    @AfterEach
    void cease() {
        logger.detachAppender(said);
    }

    @Test
    void rows_that_a_killed_relay_had_deleted_and_the_next_one_reads_again_are_not_worth_a_word() {
        hindrance.counted(500, 0, BEGIN);
        hindrance.counted(500, 0, BEGIN + A_MINUTE - 1);
        hindrance.counted(500, 1, BEGIN + A_MINUTE);
        hindrance.counted(500, 0, BEGIN + A_MINUTE + 1);
        hindrance.counted(500, 0, BEGIN + 2 * A_MINUTE);
        assertThat(said()).isEmpty();
    }

    @Test
    void that_no_row_is_there_for_a_minute_is_told_once() {
        hindrance.counted(500, 0, BEGIN);
        hindrance.counted(500, 0, BEGIN + A_MINUTE);
        hindrance.counted(500, 0, BEGIN + 9 * A_MINUTE);
        assertThat(said())
                .singleElement()
                .satisfies(line ->
                        assertThat(line).contains("public.outbox", "for a minute", "the application deletes them too"));
    }

    @Test
    void ids_that_are_not_unique_are_told_once() {
        hindrance.counted(3, 4, BEGIN);
        hindrance.counted(3, 5, BEGIN);
        assertThat(said()).singleElement().satisfies(line -> assertThat(line).contains("ids have to be unique"));
    }

    private List<String> said() {
        return said.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
