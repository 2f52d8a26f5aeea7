package io.outboxrelay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.Scenario;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private record Scripted(Run run) implements Scenario {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public Run prepare(List<String> arguments) {
            return run;
        }
    }

    @Test
    void a_measurement_whose_promise_held_ends_with_0() {
        assertThat(run(new Scripted(report -> true), "scripted")).isZero();
        assertThat(err.size()).isZero();
    }

    @Test
    void a_measurement_that_lost_something_fails_loudly() {
        assertThat(run(new Scripted(report -> false), "scripted")).isEqualTo(1);
        assertThat(said(err)).contains("FAILED").contains("count for nothing");
    }

    @Test
    void what_cannot_go_on_says_why() {
        assertThat(run(
                        new Scripted(report -> {
                            throw new BenchFailure("the disk is full");
                        }),
                        "scripted"))
                .isEqualTo(1);
        assertThat(said(err)).isEqualTo("bench: the disk is full\n");
    }

    @Test
    void what_nobody_foresaw_says_where() {
        assertThat(run(
                        new Scripted(report -> {
                            throw new IllegalStateException("oh");
                        }),
                        "scripted"))
                .isEqualTo(1);
        assertThat(said(err)).contains("IllegalStateException: oh").contains("MainTest");
    }

    @Test
    void a_scenario_that_there_is_not_and_none_at_all_are_refused_with_those_that_there_are() {
        Scripted scripted = new Scripted(report -> true);
        assertThat(run(scripted, "througput")).isEqualTo(2);
        assertThat(run(scripted)).isEqualTo(2);
        assertThat(said(err)).isEqualTo("""
                bench: there is no scenario througput; there are scripted, and --help
                bench: what to measure is missing; there are scripted, and --help
                """);
    }

    @Test
    void the_usage_tells_every_scenario() {
        assertThat(run(new Scripted(report -> true), "scripted", "--help")).isZero();
        assertThat(Main.scenarios(Path.of("none")))
                .isNotEmpty()
                .allSatisfy(scenario -> assertThat(said(out)).contains("\n" + scenario.name() + ": "));
    }

    private int run(Scenario scenario, String... arguments) {
        return Main.run(List.of(arguments), List.of(scenario), new PrintStream(out, true), new PrintStream(err, true));
    }

    private static String said(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
