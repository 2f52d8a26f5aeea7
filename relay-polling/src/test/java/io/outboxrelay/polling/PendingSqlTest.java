package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import io.outboxrelay.polling.PollingSettings.Columns;
import io.outboxrelay.polling.PollingSettings.Outbox;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Which rows a look covers; what it finds is asked of a real database by {@link PendingIT}. */
class PendingSqlTest {
    private final PendingSql sql = new PendingSql(
            new Outbox("outbox", Columns.DEFAULT, OutboxOrder.SEQUENCE, new OutboxRetention.Delete()),
            "public.outbox",
            true);

    @Test
    void gaps_are_looked_into_and_beyond_so_many_everything_from_there_on() {
        assertThat(sql.first(gaps(256), 5_000, "public")).contains("2550", "2551", ">= '5000'");
        assertThat(sql.first(gaps(257), 5_000, "public"))
                .contains("2550", ">= '2560'")
                .doesNotContain("5000");
        assertThat(sql.first(List.of(), 5_000, "public")).contains(">= '5000'").doesNotContain("unnest");
    }

    /** From 10 i to 10 i + 1. */
    private static List<NumberRange> gaps(int count) {
        return LongStream.range(0, count)
                .mapToObj(i -> new NumberRange(10 * i, 10 * i + 1))
                .toList();
    }
}
