package io.outboxrelay.sidecar.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ScrapesTest {
    private static final int MORE_THAN_AT_ONCE = 10;

    @Test
    void one_that_has_ended_makes_room_for_the_next_however_it_ended() {
        Scrapes sound = new Scrapes(() -> "metric 1\n");
        Scrapes broken = new Scrapes(() -> {
            throw new IllegalStateException("broken for this test");
        });
        for (int i = 0; i < MORE_THAN_AT_ONCE; i++) {
            assertThat(sound.answer().status()).isEqualTo(200);
            assertThatThrownBy(broken::answer).hasMessageContaining("broken");
        }
    }
}
