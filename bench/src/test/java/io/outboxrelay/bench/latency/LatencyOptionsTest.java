package io.outboxrelay.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.bench.stage.DatabaseState;
import io.outboxrelay.bench.stage.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyOptionsTest {
    @Test
    void without_options_it_is_the_load_that_the_figures_are_promised_for() throws UsageException {
        LatencyOptions options = LatencyOptions.parse(List.of());
        assertThat(options.load()).isEqualTo(new LatencyOptions.Load(1_000, 15, 30));
        assertThat(options.lone()).isEqualTo(new LatencyOptions.Lone(5, 10));
        assertThat(options.notifying()).isFalse();
        assertThat(options.state()).isEqualTo(DatabaseState.PLAIN);
        assertThat(options.profile().isWanted()).isFalse();
    }

    @Test
    void every_option_arrives() throws UsageException {
        LatencyOptions options = LatencyOptions.parse(List.of(
                "--source=polling",
                "--rate=10",
                "--seconds=3",
                "--warm-up-seconds=2",
                "--lone=1",
                "--silence-seconds=4",
                "--notify",
                "--state=open-writer"));
        assertThat(options.load()).isEqualTo(new LatencyOptions.Load(10, 2, 3));
        assertThat(options.load().uncounted()).isEqualTo(20);
        assertThat(options.load().counted()).isEqualTo(30);
        assertThat(options.lone()).isEqualTo(new LatencyOptions.Lone(1, 4));
        assertThat(options.notifying()).isTrue();
        assertThat(options.state()).isEqualTo(DatabaseState.OPEN_WRITER);
    }

    @Test
    void a_source_that_there_is_not_is_refused() {
        assertThatThrownBy(() -> LatencyOptions.parse(List.of("--source", "pgoutput")))
                .hasMessage("--source takes polling or debezium, not 'pgoutput'");
    }
}
