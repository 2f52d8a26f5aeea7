package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {

    private final Patience patience = new Patience(Duration.ofSeconds(8));

    @Test
    void doubles_with_every_session_that_ran_out_and_has_an_end() {
        patience.ranOut();
        assertThat(patience.statement()).isEqualTo(Duration.ofSeconds(16));
        patience.ranOut();
        assertThat(patience.statement()).isEqualTo(Duration.ofSeconds(32));
        for (int i = 0; i < 100; i++) {
            patience.ranOut();
        }
        assertThat(patience.statement()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void comes_back_to_where_a_dead_connection_is_noticed_soon() {
        patience.ranOut();
        patience.ranOut();
        patience.sufficed();
        assertThat(patience.statement()).isEqualTo(Duration.ofSeconds(16));
        for (int i = 0; i < 100; i++) {
            patience.sufficed();
        }
        assertThat(patience.statement()).isEqualTo(Duration.ofSeconds(8));
    }
}
