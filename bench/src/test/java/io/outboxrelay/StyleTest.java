package io.outboxrelay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rules of CONTRIBUTING.md that can be counted, over every Java file of every module, tests included. */
class StyleTest {
    private static final int LINES_MAX = 300;
    private static final Pattern SAYS_NOTHING =
            Pattern.compile("(class|interface|record|enum) (Abstract\\w*|\\w*(Manager|Helper|Utils?|Impl|V\\d))\\b");
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
    private static final Pattern SLEEPS = Pattern.compile("\\bThread\\.sleep\\(|\\bTimeUnit\\.\\w+\\.sleep\\(");
    private static final Path ROOT = Path.of(System.getProperty("outboxrelay.root"));
    private static final List<Source> SOURCES = sources();

    private record Source(Path path, String text) {
        boolean isTest() {
            return path.startsWith(path.getName(0).resolve("src/test"));
        }
    }

    @Test
    void every_module_is_looked_at() {
        assertThat(SOURCES)
                .extracting(source -> source.path().getName(0).toString())
                .contains("relay-core", "relay-jdbc", "relay-polling", "config", "relay-sidecar")
                .contains("relay-testkit", "relay-demo", "bench");
        assertThat(SOURCES).anyMatch(Source::isTest);
    }

    @Test
    void no_file_is_longer_than_300_lines() {
        assertThat(violating(source -> source.text().lines().count() > LINES_MAX))
                .isEmpty();
    }

    @Test
    void no_type_has_a_name_that_says_nothing() {
        assertThat(violating(source -> SAYS_NOTHING.matcher(source.text()).find()))
                .isEmpty();
    }

    @Test
    void nothing_is_left_unfinished() {
        assertThat(violating(source -> UNFINISHED.matcher(source.text()).find()))
                .isEmpty();
    }

    @Test
    void tests_wait_for_a_condition_and_never_sleep() {
        assertThat(violating(source ->
                        source.isTest() && SLEEPS.matcher(source.text()).find()))
                .isEmpty();
    }

    private static List<Path> violating(Predicate<Source> rule) {
        return SOURCES.stream().filter(rule).map(Source::path).toList();
    }

    private static List<Source> sources() {
        try (Stream<Path> modules = Files.list(ROOT)) {
            return modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(src -> javaFiles(src).stream())
                    .map(StyleTest::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> javaFiles(Path src) {
        try (Stream<Path> files = Files.walk(src)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Source read(Path file) {
        try {
            return new Source(ROOT.relativize(file), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
