package io.outboxrelay.bench.parts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.Report;
import io.outboxrelay.bench.stage.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That every part can be measured; the figures of so short a run say nothing. */
class PartsTest {
    private static final String RESULT =
            "RESULT scenario=jmh part=\\w+ nsPerEvent=[1-9]\\d*\\.\\d bytesPerEvent=[1-9]\\d*";

    private static final List<String> SHORTEST =
            List.of("--forks=0", "--warm-ups=0", "--iterations=1", "--iteration-millis=10");

    @Test
    void every_part_runs_and_has_its_figures() throws Exception {
        String text = measured(SHORTEST);

        assertThat(text.lines().filter(line -> line.startsWith("RESULT")))
                .allMatch(line -> line.matches(RESULT))
                .extracting(line -> line.replaceFirst(".* part=(\\w+) .*", "$1"))
                .containsExactlyInAnyOrder(
                        "decodingRow", "routingMessage", "windowEntrySettledInOrder", "windowEntrySettledByPartition");
    }

    @Test
    void one_of_them_can_be_chosen_and_none_is_a_failure() throws Exception {
        assertThat(measured(with("--only=Routing")))
                .contains("part=routingMessage ")
                .doesNotContain("part=decodingRow");
        assertThatThrownBy(() -> measured(with("--only=NoSuchPart")))
                .isInstanceOf(BenchFailure.class)
                .hasMessageContaining("no part of that name");
        assertThatThrownBy(() -> new Parts().prepare(List.of("--iterations=0")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("--iterations takes a number from 1");
    }

    private static List<String> with(String argument) {
        return List.of(argument, SHORTEST.get(0), SHORTEST.get(1), SHORTEST.get(2), SHORTEST.get(3));
    }

    private static String measured(List<String> arguments) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(new Parts().prepare(arguments).measure(new Report(new PrintStream(out, true))))
                .isTrue();
        return out.toString(StandardCharsets.UTF_8);
    }
}
