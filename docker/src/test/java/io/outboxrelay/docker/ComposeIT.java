package io.outboxrelay.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The compose file, run for real but for Grafana, of which there is no image that could be assembled; and in it a real Prometheus that
 * scrapes a real relay, which every query of the dashboard and of the alert rules is put to. Nothing is pulled.
 */
class ComposeIT {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final List<String> SERVICES = List.of("postgres", "kafka", "relay", "orders", "prometheus");
    private static final List<String> COMPOSE =
            List.of("docker-compose", "-p", "outbox-relay-it", "-f", "compose.yaml", "--profile", "monitoring");

    private static boolean up;

    @BeforeAll
    static void start() throws Exception {
        Engine.requireProgram("docker-compose", "version");
        Engine.requireImages(SERVICES.stream()
                .map(service -> Tree.document("compose.yaml")
                        .at("services", service, "image")
                        .text())
                .map(image -> image.startsWith("outbox-relay:") ? Engine.BASE : image)
                .toArray(String[]::new));
        up = true;
        compose(Stream.concat(Stream.of("up", "-d", "--build"), SERVICES.stream())
                .toArray(String[]::new));
    }

    @AfterAll
    static void stop() throws Exception {
        if (up) {
            compose("down", "-v", "-t", "20");
        }
    }

    @Test
    void the_file_is_sound() throws Exception {
        compose("config", "-q");
    }

    @Test
    void every_service_becomes_healthy_and_orders_arrive() throws Exception {
        await().atMost(BOUND).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            for (String service : SERVICES) {
                assertThat(health(service)).as(service).isEqualTo("healthy\n");
            }
            assertThat(query("sum(outbox_relay_published_total) > 20")).isNotEmpty();
        });
    }

    @Test
    void no_query_of_the_dashboard_is_answered_with_nothing() {
        List<String> queries = Rules.queriesOfPanels();
        assertThat(queries).hasSizeGreaterThan(15);
        // A rate needs two scrapes, and a pause of the garbage collector, which comes when it comes, is there from the
        // first on.
        await().atMost(BOUND).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
            List<String> empty = new ArrayList<>();
            for (String query : queries) {
                if (query(query).isEmpty()) {
                    empty.add(query);
                }
            }
            assertThat(empty).isEmpty();
        });
    }

    @Test
    void every_alert_rule_is_evaluated_on_series_that_there_are_and_none_fires() {
        await().atMost(BOUND).pollInterval(Duration.ofSeconds(2)).untilAsserted(() -> {
            assertThat(Rules.seriesOfAlerts())
                    .anyMatch(series -> series.contains("{"))
                    .allSatisfy(series -> {
                        assertThat(query(series)).as(series).isNotEmpty();
                    });
            List<Node> rules = get("/api/v1/rules")
                    .at("data", "groups")
                    .items()
                    .get(0)
                    .at("rules")
                    .items();
            assertThat(rules).extracting(rule -> rule.at("name").text()).containsExactlyElementsOf(Rules.alerts());
            assertThat(rules).allSatisfy(rule -> {
                assertThat(rule.at("health").text()).as("%s", rule).isEqualTo("ok");
                assertThat(rule.at("state").text()).as("%s", rule).isNotEqualTo("firing");
            });
        });
    }

    private static String compose(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(COMPOSE);
        command.addAll(List.of(arguments));
        return Program.run(command);
    }

    /** Of the service's container, whose name each version of Compose makes in its own way. */
    private static String health(String service) throws Exception {
        String container = compose("ps", "-q", service)
                .lines()
                .filter(line -> line.matches("[0-9a-f]{64}"))
                .findFirst()
                .orElseThrow();
        return Program.run(List.of("docker", "inspect", "--format", "{{.State.Health.Status}}", container));
    }

    /** The series that a query is answered with. */
    private static List<Node> query(String expression) throws Exception {
        String encoded = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        return get("/api/v1/query?query=" + encoded).at("data", "result").items();
    }

    private static Node get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:9090" + path))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new Node(new Load(LoadSettings.builder().build()).loadFromString(response.body()));
    }
}
