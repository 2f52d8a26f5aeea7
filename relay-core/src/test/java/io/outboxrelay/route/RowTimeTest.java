package io.outboxrelay.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowTimeTest {

    /** As PostgreSQL writes {@code timestamptz}, {@code timestamp} and {@code bigint}, and as ISO 8601 has it. */
    @ParameterizedTest
    @CsvSource({
        "2026-11-22 00:30:05.123456+00, 2026-11-22T00:30:05.123Z",
        "2026-11-22 00:30:05+00, 2026-11-22T00:30:05Z",
        "2026-11-22 00:30:05.9+00, 2026-11-22T00:30:05.900Z",
        "2026-11-22 00:30:05.12-05:30, 2026-11-22T06:00:05.120Z",
        "2026-11-22 00:30:05.000999, 2026-11-22T00:30:05Z",
        "2024-02-29 23:59:59, 2024-02-29T23:59:59Z",
        "2026-11-22T00:30:05.123Z, 2026-11-22T00:30:05.123Z",
        "1970-01-01 00:00:00+00, 1970-01-01T00:00:00Z",
        "1763771405123, 2025-11-22T00:30:05.123Z",
        "0, 1970-01-01T00:00:00Z",
    })
    void reads_what_databases_write(String text, String instant) {
        assertThat(Instant.ofEpochMilli(RowTime.millis(text))).isEqualTo(instant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "infinity",
                "-infinity",
                "yesterday",
                "2026-11-22",
                "2026-13-22 00:00:00",
                "2025-02-29 00:00:00",
                "2026-11-22 24:00:00",
                "0044-03-15 12:00:00 BC",
                "2026-11-22 00:30:05+nowhere",
                "1763771405.123",
                "99999999999999999999"
            })
    void refuses_what_is_no_time(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowTime.millis(text))
                .withMessage("it is no point in time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1969-12-31 23:59:59.999+00", "-1", "1970-01-01 00:30:00+01"})
    void refuses_what_no_message_can_have(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RowTime.millis(text))
                .withMessage("it is before 1970");
    }
}
