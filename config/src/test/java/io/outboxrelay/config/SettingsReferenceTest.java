package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class SettingsReferenceTest {
    private static final Path ROOT = Path.of(System.getProperty("outboxrelay.root"));

    @Test
    void the_reference_page_is_what_the_descriptions_say() throws IOException {
        Path page = ROOT.resolve("docs/settings.md");
        Path current = Files.writeString(ROOT.resolve("config/target/settings.md"), SettingsReference.page());
        assertThat(page).as("copy %s over it", current).hasSameTextualContentAs(current);
    }

    @Test
    void every_setting_is_described_once() {
        assertThat(KnownSettings.keys()).hasSameSizeAs(new HashSet<>(KnownSettings.keys()));
        assertThat(KnownSettings.ALL).allSatisfy(setting -> {
            assertThat(setting.text()).endsWith(".");
            assertThat(SettingsReference.page()).containsOnlyOnce("| `" + setting.key() + "` |");
        });
    }

    @Test
    void every_default_is_one_of_the_values_that_are_possible() {
        assertThat(KnownSettings.ALL)
                .filteredOn(setting -> setting.presence() instanceof Setting.Otherwise)
                .hasSizeGreaterThan(5)
                .allSatisfy(setting -> {
                    for (SourceType type : SourceType.values()) {
                        assertThat(setting.parse(((Setting.Otherwise) setting.presence()).with(type)))
                                .isNotNull();
                    }
                });
    }
}
