package io.outboxrelay.bench.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void the_median_is_the_middle_one_or_the_mean_of_the_two_in_the_middle() {
        assertThat(Figures.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5.0);
        assertThat(Figures.median(List.of(9.0, 1.0, 5.0, 7.0))).isEqualTo(6.0);
    }

    @Test
    void a_result_is_one_line_of_names_and_values_in_their_order() {
        ResultLine line =
                new ResultLine().with("scenario", "x").with("events", 1_000_000).with("ratio", "%.2f", 0.876);
        assertThat(line).hasToString("RESULT scenario=x events=1000000 ratio=0.88");
    }

    @Test
    void the_columns_of_a_table_are_as_wide_as_their_widest_cell() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        Report report = new Report(new PrintStream(written, true, StandardCharsets.UTF_8));
        report.table(List.of(List.of("", "events/s"), List.of("relay", "9"), List.of("ceiling", "1,000,000,000")));
        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo("""

                              events/s
                relay                9
                ceiling  1,000,000,000

                """);
    }
}
