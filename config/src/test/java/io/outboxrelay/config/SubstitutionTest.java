package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubstitutionTest {
    private final Substitution substitution =
            new Substitution(Map.of("USER", "me", "EMPTY", "", "ODD", "${USER} $$ $")::get);

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "plain, plain",
        "${USER}, me",
        "a-${USER}-${USER}, a-me-me",
        "${USER:-you}, me",
        "${NOBODY:-you}, you",
        "${NOBODY:-}, ''",
        "${EMPTY:-you}, ''",
        "${NOBODY:-a:-b}, a:-b",
        "$$, $",
        "$${USER}, ${USER}",
        "$$$$x, $$x",
        "pa$$word, pa$word",
    })
    void fills_in(String written, String resolved) {
        assertThat(substitution.resolve(written)).isEqualTo(resolved);
    }

    @Test
    void does_not_look_through_what_it_filled_in() {
        assertThat(substitution.resolve("${ODD}")).isEqualTo("${USER} $$ $");
    }

    @Test
    void takes_a_file_without_the_line_breaks_at_its_end() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), " one\ntwo $ ${USER} \r\n\n");
        assertThat(substitution.resolve("<${file:" + secret + "}>")).isEqualTo("< one\ntwo $ ${USER} >");
    }

    @ParameterizedTest
    @CsvSource({
        "${NOBODY}, NOBODY is not set",
        "$, lone",
        "a$b, lone",
        "${USER, not closed",
        "${}, no name",
        "${a b}, no name"
    })
    void says_what_is_wrong(String written, String what) {
        assertThatThrownBy(() -> substitution.resolve(written))
                .isInstanceOf(UnusableValue.class)
                .hasMessageContaining(what);
    }

    @Test
    void a_file_that_cannot_be_taken_is_named_and_its_content_is_not() throws IOException {
        Path large = Files.write(directory.resolve("large"), new byte[(1 << 20) + 1]);
        assertThatThrownBy(() -> substitution.resolve("${file:" + large + "}"))
                .hasMessageContaining("larger than 1 MiB");
        assertThatThrownBy(() -> substitution.resolve("${file:" + directory + "}"))
                .hasMessageContaining("cannot be read");
        Path binary = Files.write(directory.resolve("binary"), new byte[] {(byte) 0xff, 'x', 'y'});
        assertThatThrownBy(() -> substitution.resolve("${file:" + binary + "}"))
                .hasMessageContaining("cannot be read")
                .hasMessageNotContaining("xy");
    }

    @Test
    void a_template_keeps_its_columns() throws IOException {
        PipelineSettings settings =
                new SettingsFile(directory).with("region", "eu").loadSoundAnd("route.topic: ${region}.$$.${type}");
        assertThat(settings.route().topic()).isEqualTo("${region}.$$.${type}");
    }
}
