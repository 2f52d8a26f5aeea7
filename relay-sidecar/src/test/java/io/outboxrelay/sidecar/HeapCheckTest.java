package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.ack.WindowSettings;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import org.junit.jupiter.api.Test;

class HeapCheckTest {

    private static final long MEBIBYTE = 1024 * 1024;

    @Test
    void the_default_window_fits_into_the_heap_that_the_script_gives() {
        assertThatCode(() -> HeapCheck.requireRoomFor(WindowSettings.DEFAULTS, 247 * MEBIBYTE))
                .doesNotThrowAnyException();
    }

    @Test
    void a_window_that_the_heap_cannot_hold_is_refused_with_both_ways_out() {
        WindowSettings window = new WindowSettings(20_000, 1024 * MEBIBYTE);
        assertThatThrownBy(() -> HeapCheck.requireRoomFor(window, 256 * MEBIBYTE))
                .isInstanceOfSatisfying(RelayException.class, e -> {
                    assertThat(e.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED);
                    assertThat(e.failure().summary()).contains("64 MiB", "-Xmx5120m");
                });
        assertThatCode(() -> HeapCheck.requireRoomFor(window, 5120 * MEBIBYTE)).doesNotThrowAnyException();
    }
}
