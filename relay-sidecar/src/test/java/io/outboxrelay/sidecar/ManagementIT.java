package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.RelayProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the packaged relay says of itself over HTTP, while it is left alone and when it is told to end. */
class ManagementIT {

    @Test
    void a_running_relay_is_alive_ready_started_and_says_what_it_does_without_a_secret() throws Exception {
        try (Scene scene = Scene.withShop()) {
            RelayProcess relay = scene.startRunningRelay();
            Served served = Served.by(relay);
            await("a broker was reached").atMost(Scene.BOUND).until(() -> served.status("/health/ready") == 200);
            for (String path : new String[] {"/health/live", "/health/ready", "/health/started"}) {
                assertThat(served.status(path)).as(path).isEqualTo(200);
                assertThat(served.body(path)).contains("\"status\":\"up\"", "\"state\":\"running\"");
            }
            assertThat(served.body("/info"))
                    .contains("\"version\":\"0.", "\"table\":\"public.outbox\"", "\"name\":\"default\"")
                    .contains(scene.topic("${aggregatetype}"))
                    .doesNotContain(SharedServers.PASSWORD);
            assertThat(served.body("/metrics"))
                    .contains("outbox_relay_published_total{pipeline=\"default\"} 0.0")
                    .contains("outbox_relay_state{pipeline=\"default\",state=\"running\"} 1.0")
                    .doesNotContain(SharedServers.PASSWORD);
        }
    }

    @Test
    void a_second_relay_with_the_same_port_ends_with_78_and_names_the_setting() throws Exception {
        try (Scene scene = Scene.withShop()) {
            RelayProcess first = scene.startRunningRelay();
            String port = Served.by(first).url().replaceAll(".*:", "");
            RelayProcess second = scene.startRelay("--set", "management.listen=127.0.0.1:" + port);
            assertThat(second.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(second.lines())
                    .anySatisfy(line -> assertThat(line).isEqualTo("outbox-relay cannot start: 1 problem"))
                    .anySatisfy(line -> assertThat(line)
                            .contains("management.listen: cannot listen at 127.0.0.1:" + port)
                            .contains("maybe another relay"))
                    .anySatisfy(line -> assertThat(line).contains("management.listen: off"));
            assertThat(first.isAlive()).isTrue();

            RelayProcess third = scene.startRelay("--set", "management.listen=off");
            third.awaitLine("standing by: ", Scene.BOUND);
            assertThat(third.hasSaid("http://")).isFalse();
            RelayProcess fourth = scene.startRelay();
            fourth.awaitLine("standing by: ", Scene.BOUND);
            Served standing = Served.by(fourth);
            await("whoever stands by is ready once a broker was reached")
                    .atMost(Scene.BOUND)
                    .until(() -> standing.status("/health/ready") == 200);
        }
    }

    /** With the broker away the relay drains for as long as it may. */
    @Test
    void a_relay_that_was_told_to_end_is_not_ready_at_once_and_alive_until_it_has() throws Exception {
        try (Scene scene = Scene.withShop()) {
            RelayProcess relay = scene.set("drainTimeout", "4s").startRunningRelay();
            Served served = Served.by(relay);
            SharedServers.kafka().stop();
            try {
                scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                        + " VALUES (gen_random_uuid(), 'order', 'k', 't', '{}')");
                await().atMost(Scene.BOUND)
                        .until(() -> served.body("/health/ready").contains("\"state\":\"retrying\""));
                assertThat(served.status("/health/ready")).isEqualTo(503);
                assertThat(served.body("/health/ready")).contains("\"remedy\":\"");
                assertThat(served.status("/health/live")).isEqualTo(200);

                long told = System.nanoTime();
                relay.terminate();
                await().atMost(2, TimeUnit.SECONDS)
                        .until(() -> served.body("/health/ready").contains("\"stopping\":true"));
                assertThat(served.status("/health/live")).isEqualTo(200);
                assertThat(relay.awaitExit(Scene.BOUND))
                        .as("something was left")
                        .isEqualTo(ExitCodes.FAILED);
                assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - told))
                        .isBetween(3_500L, 8_000L);
            } finally {
                SharedServers.kafka().start();
            }
        }
    }

    @Test
    void a_broker_that_is_away_for_a_while_leaves_the_relay_alive_and_not_ready_until_it_is_back() throws Exception {
        try (Scene scene = Scene.withShop()) {
            RelayProcess relay = scene.startRunningRelay();
            Served served = Served.by(relay);
            SharedServers.kafka().stop();
            try {
                scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                        + " VALUES (gen_random_uuid(), 'order', 'k', 't', '{}')");
                await().atMost(Scene.BOUND).until(() -> {
                    assertThat(served.status("/health/live")).isEqualTo(200);
                    return served.status("/health/ready") == 503;
                });
                double waited = served.oldestPendingSeconds();
                await().atMost(Scene.BOUND).until(() -> served.oldestPendingSeconds() > waited + 2);
                assertThat(served.status("/health/live")).isEqualTo(200);
                assertThat(served.status("/health/started")).as("it was, once").isEqualTo(200);
                assertThat(served.body("/metrics"))
                        .contains("outbox_relay_state{pipeline=\"default\",state=\"retrying\"} 1.0");
            } finally {
                SharedServers.kafka().start();
            }
            await().atMost(Scene.BOUND).until(() -> {
                assertThat(served.status("/health/live")).isEqualTo(200);
                return served.status("/health/ready") == 200;
            });
            scene.awaitEmpty("outbox", relay);
            await().atMost(Scene.BOUND).until(() -> served.oldestPendingSeconds() == 0);
            assertThat(served.body("/metrics")).contains("outbox_relay_published_total{pipeline=\"default\"} 1.0");
        }
    }

    @Test
    void a_second_signal_ends_at_once_what_drains_and_says_so() throws Exception {
        try (Scene scene = Scene.withShop()) {
            RelayProcess relay = scene.set("drainTimeout", "10m").startRunningRelay();
            SharedServers.kafka().stop();
            try {
                scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                        + " VALUES (gen_random_uuid(), 'order', 'k', 't', '{}')");
                relay.awaitLine("interrupted, trying again", Scene.BOUND);
                relay.terminate();
                relay.awaitLine("SIGTERM received; stopping takes at most 10 min", Scene.BOUND);
                // The same request again, as some supervisors send it to the process and to its group.
                relay.terminate();
                assertThat(relay.endsWithin(Duration.ofSeconds(1))).isFalse();
                assertThat(relay.hasSaid("again: ends at once")).isFalse();

                relay.terminate();
                assertThat(relay.awaitExit(Duration.ofSeconds(3))).isEqualTo(ExitCodes.FAILED);
                assertThat(relay.hasSaid("SIGTERM again: ends at once")).isTrue();
            } finally {
                SharedServers.kafka().start();
            }
        }
    }

    /** A relay's server, found by what its log says. */
    record Served(String url) {
        private static final HttpClient CLIENT = HttpClient.newHttpClient();

        static Served by(RelayProcess relay) {
            return new Served(relay.awaitLine("health and metrics at http://", Scene.BOUND)
                    .replaceAll(".*(http://\\S+).*", "$1"));
        }

        int status(String path) throws Exception {
            return response(path).statusCode();
        }

        String body(String path) throws Exception {
            return response(path).body();
        }

        double oldestPendingSeconds() throws Exception {
            return body("/metrics")
                    .lines()
                    .filter(line -> line.startsWith("outbox_relay_oldest_pending_seconds{"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll(".*} ", "")))
                    .sum();
        }

        private HttpResponse<String> response(String path) throws Exception {
            return CLIENT.send(
                    HttpRequest.newBuilder(URI.create(url + path)).build(), HttpResponse.BodyHandlers.ofString());
        }
    }
}
