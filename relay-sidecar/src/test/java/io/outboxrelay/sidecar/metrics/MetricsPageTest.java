package io.outboxrelay.sidecar.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.engine.RelayState;
import io.outboxrelay.sidecar.metrics.Exposition.Family;
import io.outboxrelay.sidecar.metrics.Exposition.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page that tells of the metrics names each of them as it is, and none that there is not. */
class MetricsPageTest {

    private static final Pattern ROW =
            Pattern.compile("\\| `(?<name>outbox_relay_\\w+)` \\| (?<type>\\w+) \\| (?<labels>[^|]*) \\|.*");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** The name, type and labels of a metric, in words. */
    private static String described(String type, Set<String> labels) {
        return type + " " + labels;
    }

    @Test
    void every_metric_of_the_relay_stands_on_the_page_as_it_is_and_none_besides() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("../docs/metrics.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                Set<String> labels = new TreeSet<>();
                Matcher label = CODE.matcher(row.group("labels"));
                while (label.find()) {
                    labels.add(label.group(1));
                }
                documented.put(row.group("name"), described(row.group("type"), labels));
            }
        }

        Map<String, String> told = new TreeMap<>();
        scrape("default").families().forEach((name, family) -> {
            if (name.startsWith("outbox_relay_")) {
                told.put(name, described(family.type(), labels(family)));
            }
        });

        assertThat(told).isEqualTo(documented);
        assertThat(told).hasSizeGreaterThan(8);
    }

    @Test
    void every_metric_of_the_relay_names_its_pipeline_also_where_there_are_several() {
        Exposition both = scrape("orders", "billing");
        assertThat(both.samples().filter(sample -> sample.name().startsWith("outbox_relay_")))
                .isNotEmpty()
                .allSatisfy(
                        sample -> assertThat(sample.labels().get("pipeline")).isIn("orders", "billing"));
        assertThat(both.value("outbox_relay_published_total", "pipeline", "orders"))
                .isZero();
        assertThat(both.value("outbox_relay_published_total", "pipeline", "billing"))
                .isZero();
    }

    @Test
    void one_state_is_1_and_all_the_others_are_there_as_0() {
        List<Sample> states = samples(scrape("default"), "outbox_relay_state");
        assertThat(states.stream().map(sample -> String.valueOf(sample.labels().get("state"))))
                .containsExactlyInAnyOrderElementsOf(RelayState.NAMES);
        assertThat(states)
                .allSatisfy(sample -> assertThat(sample.value())
                        .isEqualTo("starting".equals(sample.labels().get("state")) ? 1 : 0));
    }

    @Test
    void what_is_tried_again_is_there_as_0_before_anything_was() {
        assertThat(samples(scrape("default"), "outbox_relay_retries_total"))
                .allSatisfy(sample -> assertThat(sample.value()).isZero())
                .extracting(sample -> String.valueOf(sample.labels().get("kind")))
                .containsExactlyInAnyOrder("transient", "fenced", "misconfigured");
    }

    @Test
    void the_process_and_its_virtual_machine_are_told_of_too() {
        assertThat(scrape("default").families().keySet())
                .contains(
                        "jvm_memory_used_bytes",
                        "jvm_threads_live_threads",
                        "process_uptime_seconds",
                        "process_cpu_usage",
                        "process_files_open_files");
    }

    private static List<Sample> samples(Exposition exposition, String name) {
        return exposition.samples().filter(sample -> sample.name().equals(name)).toList();
    }

    private static Set<String> labels(Family family) {
        Set<String> labels = new TreeSet<>();
        family.samples().forEach(sample -> labels.addAll(sample.labels().keySet()));
        labels.remove("le");
        return labels;
    }

    private static Exposition scrape(String... pipelines) {
        List<Measured> measured =
                List.of(pipelines).stream().map(IdleLoop::measured).toList();
        try (RelayMetrics metrics = new RelayMetrics(measured, "1.2.3")) {
            return Exposition.parse(metrics.scrape());
        }
    }
}
