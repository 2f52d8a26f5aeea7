package io.outboxrelay.bench.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {
    private static final List<String> VALUED = List.of("--events", "--state");
    private static final List<String> SWITCHES = List.of("--notify");

    @Test
    void values_come_behind_a_blank_or_an_equals_sign() throws UsageException {
        Arguments given = parse("--events", "12", "--state=bad", "--notify");
        assertThat(given.number("--events", 1, 1, 20)).isEqualTo(12);
        assertThat(given.text("--state")).contains("bad");
        assertThat(given.has("--notify")).isTrue();
    }

    @Test
    void what_is_not_given_has_its_default() throws UsageException {
        Arguments given = parse();
        assertThat(given.number("--events", 7, 1, 20)).isEqualTo(7);
        assertThat(given.choice("--state", List.of("plain", "bad"))).isEqualTo("plain");
        assertThat(given.has("--notify")).isFalse();
    }

    @Test
    void what_is_wrong_is_named_with_what_would_be_right() {
        assertThatThrownBy(() -> parse("--event", "1"))
                .isInstanceOf(UsageException.class)
                .hasMessage("there is no option --event here; there are --events, --notify, --state");
        assertThatThrownBy(() -> parse("--events")).hasMessage("--events needs a value, as in --events VALUE");
        assertThatThrownBy(() -> parse("--notify=yes")).hasMessageContaining("no option --notify=yes");
        assertThatThrownBy(() -> parse("--events=1", "--events=2")).hasMessage("--events is given twice");
        assertThatThrownBy(() -> parse("--state", "worse").choice("--state", List.of("plain", "bad")))
                .hasMessage("--state takes plain or bad, not 'worse'");
    }

    @ParameterizedTest
    @CsvSource({"0", "21", "-1", "1e3", "''", "9999999999999999999999"})
    void a_number_out_of_its_bounds_is_none(String value) {
        assertThatThrownBy(() -> parse("--events", value).number("--events", 1, 1, 20))
                .hasMessage("--events takes a number from 1 to 20, not '" + value + "'");
    }

    private static Arguments parse(String... arguments) throws UsageException {
        return Arguments.parse(List.of(arguments), VALUED, SWITCHES);
    }
}
