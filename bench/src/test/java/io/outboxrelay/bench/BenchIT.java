package io.outboxrelay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scenarios as the script runs them, on real servers and with the packaged relay, only shorter. Figures are not judged here. */
class BenchIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    @Test
    void a_backlog_is_drained_by_relay_and_ceiling_without_a_loss(@TempDir Path directory) throws Exception {
        Path picture = directory.resolve("relay.svg");
        Path recording = directory.resolve("relay.jfr");
        Map<String, String> result =
                run("throughput", "--source=polling", "--events=20000", "--svg=" + picture, "--jfr=" + recording);
        assertThat(result)
                .containsEntry("scenario", "throughput")
                .containsEntry("source", "polling")
                .containsEntry("events", "20000")
                .containsEntry("state", "plain")
                .containsEntry("lost", "0")
                .containsEntry("repeated", "0");
        assertThat(List.of("eventsPerSecond", "ceilingEventsPerSecond", "ratio", "rssMb", "cpuSecondsPerMillion"))
                .allSatisfy(name -> assertThat(Double.parseDouble(result.get(name)))
                        .as(name)
                        .isPositive());
        assertThat(text())
                .contains("RESULT scenario=throughput source=polling events=20000 eventsPerSecond=")
                .containsPattern("eventsPerSecond=\\d+ ceilingEventsPerSecond=\\d+ ratio=[\\d.]+ rssMb=\\d+"
                        + " cpuSecondsPerMillion=[\\d.]+ ");
        assertThat(picture).content().contains("<svg").contains(" samples of threads");
        assertThat(Files.size(recording)).isPositive();
    }

    @Test
    void a_backlog_behind_dead_rows_that_an_open_writer_keeps_is_drained_as_well() {
        assertThat(run("throughput", "--events=5000", "--payload-bytes=1000", "--state=open-writer"))
                .containsEntry("state", "open-writer")
                .containsEntry("payloadBytes", "1000")
                .containsEntry("lost", "0");
    }

    @Test
    void a_steady_load_and_lone_events_arrive_without_a_loss() {
        Map<String, String> result = run(
                "latency",
                "--rate=200",
                "--seconds=2",
                "--warm-up-seconds=1",
                "--lone=2",
                "--silence-seconds=1",
                "--notify");
        assertThat(result)
                .containsEntry("scenario", "latency")
                .containsEntry("source", "polling")
                .containsEntry("events", "400")
                .containsEntry("notify", "true")
                .containsEntry("lost", "0")
                .containsEntry("repeated", "0");
        assertThat(text()).containsPattern("events=400 p50Ms=[\\d.]+ p95Ms=[\\d.]+ p99Ms=[\\d.]+ loneMs=[\\d.]+ ");
    }

    @Test
    void relays_that_are_started_one_after_the_other_each_publish_the_row_that_stands() {
        Map<String, String> result = run("start", "--rounds=1");
        assertThat(result)
                .containsEntry("scenario", "start")
                .containsEntry("rounds", "1")
                .containsEntry("lost", "0")
                .containsEntry("repeated", "0");
        assertThat(List.of("firstEventSeconds", "slowestSeconds", "cpuSeconds"))
                .allSatisfy(name -> assertThat(Double.parseDouble(result.get(name)))
                        .as(name)
                        .isPositive());
    }

    @Test
    void what_an_idle_relay_takes_is_counted_between_two_events() {
        Map<String, String> result = run("idle", "--seconds=3", "--settle-seconds=0");
        assertThat(result)
                .containsEntry("scenario", "idle")
                .containsEntry("seconds", "3")
                .containsEntry("lost", "0")
                .containsEntry("repeated", "0");
        assertThat(List.of("rssMb", "cpuPercent", "queriesPerSecond"))
                .allSatisfy(name -> assertThat(Double.parseDouble(result.get(name)))
                        .as(name)
                        .isPositive());
    }

    private Map<String, String> run(String... arguments) {
        PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
        assertThat(Main.run(List.of(arguments), Main.scenarios(DISTRIBUTION), out, out))
                .as(this::text)
                .isZero();
        List<String> lines = text().lines().toList();
        String last = lines.get(lines.size() - 1);
        assertThat(last).startsWith("RESULT ");
        Map<String, String> fields = new TreeMap<>();
        for (String field : last.substring("RESULT ".length()).split(" ", -1)) {
            String[] nameAndValue = field.split("=", 2);
            fields.put(nameAndValue[0], nameAndValue[1]);
        }
        return fields;
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
