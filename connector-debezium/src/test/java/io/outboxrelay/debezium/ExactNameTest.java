package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExactNameTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "outbox",
                "Outbox_1",
                "a,b.c\"d",
                " a b ",
                "\\Qa\\E",
                "(?i).*",
                "$^[]{}|+-/#\t\n",
                "\u00fcber",
                "\ud83d\ude00"
            })
    void stands_for_itself_alone_and_outlives_a_split_at_commas(String name) {
        String expression = ExactName.expression(name);
        assertThat(expression).doesNotContain(",").doesNotContainPattern("\\s");
        assertThat(Pattern.matches(expression, name)).isTrue();
        assertThat(Pattern.matches(expression, name + "x")).isFalse();
        assertThat(Pattern.matches(expression, name.substring(1))).isFalse();
    }
}
