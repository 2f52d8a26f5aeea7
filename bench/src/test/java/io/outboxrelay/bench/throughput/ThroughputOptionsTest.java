package io.outboxrelay.bench.throughput;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.bench.stage.DatabaseState;
import io.outboxrelay.bench.stage.SourceKind;
import io.outboxrelay.bench.stage.UsageException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThroughputOptionsTest {
    @Test
    void without_options_it_is_the_backlog_that_the_figures_are_promised_for() throws UsageException {
        ThroughputOptions options = ThroughputOptions.parse(List.of());
        assertThat(options.source()).isEqualTo(SourceKind.POLLING);
        assertThat(options.events()).isEqualTo(1_000_000);
        assertThat(options.rounds()).isEqualTo(1);
        assertThat(options.payloadBytes()).isEqualTo(200);
        assertThat(options.state()).isEqualTo(DatabaseState.PLAIN);
        assertThat(options.profile().isWanted()).isFalse();
    }

    @Test
    void every_option_arrives(@TempDir Path directory) throws UsageException {
        ThroughputOptions options = ThroughputOptions.parse(List.of(
                "--source=polling",
                "--events=10000000",
                "--rounds=3",
                "--payload-bytes=16777216",
                "--state=held-horizon",
                "--svg=" + directory.resolve("relay.svg")));
        assertThat(options.events()).isEqualTo(10_000_000);
        assertThat(options.rounds()).isEqualTo(3);
        assertThat(options.payloadBytes()).isEqualTo(16 << 20);
        assertThat(options.state()).isEqualTo(DatabaseState.HELD_HORIZON);
        assertThat(options.profile().isWanted()).isTrue();
        assertThat(options.profile().jvmOptions()).contains("StartFlightRecording");
    }

    @Test
    void a_picture_that_nobody_could_write_is_refused_before_anything_is_measured(@TempDir Path directory) {
        Path nowhere = directory.resolve("no/relay.svg");
        assertThatThrownBy(() -> ThroughputOptions.parse(List.of("--svg", nowhere.toString())))
                .isInstanceOf(UsageException.class)
                .hasMessage("--svg takes a file that can be written, not '" + nowhere + "'");
    }

    @Test
    void a_state_that_there_is_not_is_refused_with_those_that_there_are() {
        assertThatThrownBy(() -> ThroughputOptions.parse(List.of("--state", "good")))
                .hasMessage("--state takes plain or held-horizon or open-writer or dead-rows, not 'good'");
    }
}
