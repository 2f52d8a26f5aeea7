package io.outboxrelay.bench.idle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.bench.stage.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class IdleOptionsTest {
    @Test
    void without_options_it_is_a_minute_after_half_a_minute() throws UsageException {
        assertThat(IdleOptions.parse(List.of())).isEqualTo(new IdleOptions("polling", 60, 30));
        assertThat(IdleOptions.parse(List.of("--seconds=5", "--settle-seconds=1")))
                .isEqualTo(new IdleOptions("polling", 5, 1));
    }

    @Test
    void no_time_at_all_is_refused() {
        assertThatThrownBy(() -> IdleOptions.parse(List.of("--seconds", "0")))
                .hasMessage("--seconds takes a number from 1 to 86400, not '0'");
    }
}
