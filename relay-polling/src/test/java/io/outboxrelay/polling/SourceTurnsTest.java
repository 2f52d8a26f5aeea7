package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.outbox.OutboxColumns;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SourceTurnsTest {
    private final SourceTurns turns = new SourceTurns();

    @Test
    void tells_how_long_ago_the_thread_went_round_and_nothing_where_there_is_none() {
        assertThat(turns.nanosSince(5)).isZero();
        turns.turns(1, 10);
        assertThat(turns.nanosSince(25)).isEqualTo(15);
        turns.turns(1, 30);
        assertThat(turns.nanosSince(31)).isEqualTo(1);
        turns.ended(1);
        assertThat(turns.nanosSince(99)).isZero();
    }

    @Test
    void a_thread_that_was_given_up_says_nothing_about_the_next_one() {
        turns.turns(1, 10);
        turns.turns(2, 20);
        turns.turns(1, 90);
        assertThat(turns.nanosSince(100)).isEqualTo(80);
        turns.ended(1);
        assertThat(turns.nanosSince(100)).isEqualTo(80);
    }

    @Test
    void a_thread_that_is_stuck_shows_and_one_that_has_ended_does_not() {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        PollingCounters counters = new PollingCounters();
        PollingSettings settings = new PollingSettings(
                ConnectionSettings.of("jdbc:postgresql://nowhere.invalid/shop", null, null),
                new PollingSettings.Outbox(
                        "outbox", PollingSettings.Columns.DEFAULT, OutboxOrder.SEQUENCE, new OutboxRetention.Delete()),
                PollingSettings.Reading.DEFAULT);
        PollingSource source = new PollingSource(
                settings,
                new OutboxColumns(List.of()),
                new SessionLineage(counters),
                ReaderRules.PRODUCTION,
                () -> stuck(mayGoOn));
        source.open(() -> {});
        await().until(() -> counters.turns().nanosSince(System.nanoTime()) > 300_000_000);
        mayGoOn.countDown();
        await().until(() -> counters.turns().nanosSince(System.nanoTime()) == 0);
        source.close();
    }

    private static Connection stuck(CountDownLatch mayGoOn) {
        try {
            mayGoOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new IllegalStateException("no connection in this test");
    }
}
