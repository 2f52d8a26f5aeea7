package io.outboxrelay.jdbc.slot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class StreamPositionTest {

    @Test
    void what_is_written_is_read_again() {
        // System identifiers use all 64 bits.
        StreamPosition position = new StreamPosition(-1_234_567_890_123L, 3, 0x12_ABCD_EF01L, "16391.755/16392.756");

        assertThat(position.text()).isEqualTo("1 18446742839141661493 3 12/ABCDEF01 16391.755/16392.756");
        assertThat(StreamPosition.parse(position.text())).isEqualTo(position);
        assertThat(StreamPosition.parse(position.at(7).text()).lsn()).isEqualTo(7);
    }

    @Test
    void anything_else_is_an_error_and_never_a_position() {
        for (String text : new String[] {"", "1 2 3 0/1", "1 2 3 0/1 16391.755/16392.756 more", "1 2 3 0/ 16391.755"}) {
            assertThatThrownBy(() -> StreamPosition.parse(text)).hasMessageContaining("is no position in a log");
        }
        assertThatThrownBy(() -> StreamPosition.parse("2 2 3 0/1 16391.755")).hasMessageContaining("is in format 2");
    }
}
