package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapCheckTest {

    private static final long MEBIBYTE = 1024 * 1024;

    @Test
    void the_default_window_fits_into_the_heap_that_the_script_gives() {
        assertThatCode(() -> HeapCheck.requireRoomFor(List.of(WindowSettings.DEFAULTS), 123 * MEBIBYTE))
                .doesNotThrowAnyException();
    }

    @Test
    void a_window_that_the_heap_cannot_hold_is_refused_with_both_ways_out() {
        WindowSettings window = new WindowSettings(20_000, 1024 * MEBIBYTE);
        assertThatThrownBy(() -> HeapCheck.requireRoomFor(List.of(window), 256 * MEBIBYTE))
                .isInstanceOfSatisfying(RelayException.class, e -> {
                    assertThat(e.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED);
                    assertThat(e.failure().summary()).contains("64 MiB", "-Xmx5120m");
                });
        assertThatCode(() -> HeapCheck.requireRoomFor(List.of(window), 5120 * MEBIBYTE))
                .doesNotThrowAnyException();
    }

    @Test
    void the_windows_of_all_pipelines_count_together() {
        WindowSettings window = new WindowSettings(20_000, 12 * MEBIBYTE);
        assertThatCode(() -> HeapCheck.requireRoomFor(List.of(window, window), 96 * MEBIBYTE))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> HeapCheck.requireRoomFor(List.of(window, window, window), 96 * MEBIBYTE))
                .hasMessageContaining("of all 3 pipelines together is 36 MiB")
                .hasMessageContaining("lower them to 8 MiB each")
                .hasMessageContaining("-Xmx180m");
    }
}
