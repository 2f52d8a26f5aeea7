package io.outboxrelay.bench.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.bench.stage.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StartOptionsTest {
    @Test
    void several_starts_count_unless_a_number_is_given() throws UsageException {
        assertThat(StartOptions.parse(List.of())).isEqualTo(new StartOptions("polling", 9));
        assertThat(StartOptions.parse(List.of("--rounds=3"))).isEqualTo(new StartOptions("polling", 3));
    }

    @Test
    void no_start_at_all_is_refused() {
        assertThatThrownBy(() -> StartOptions.parse(List.of("--rounds", "0")))
                .hasMessage("--rounds takes a number from 1 to 1000, not '0'");
    }
}
