package io.outboxrelay.sidecar.management;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.config.ListenAddress;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The server as a client meets it, down to the bytes. */
class ManagementServerTest {
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);

    private final CountDownLatch isReleased = new CountDownLatch(1);
    private final byte[] large = new byte[8 << 20];
    private ManagementServer server;

    @BeforeEach
    void start() {
        server = ManagementServer.start(
                new ListenAddress("127.0.0.1", 0),
                Map.of(
                        "/",
                        () -> Answer.text(200, "root"),
                        "/health/live",
                        () -> Answer.json(200, Json.object("status", "up")),
                        "/large",
                        () -> new Answer(200, "application/octet-stream", large, Map.of()),
                        "/metrics",
                        new Scrapes(() -> {
                            awaitRelease();
                            return "metric 1\n";
                        }),
                        "/broken",
                        () -> {
                            throw new IllegalStateException("broken for this test");
                        }));
    }

    @AfterEach
    void stop() {
        isReleased.countDown();
        server.close();
    }

    @Test
    void answers_a_get_whole_and_a_head_with_the_same_headers_and_nothing_more() throws IOException {
        String get = said("GET /health/live HTTP/1.0\r\n\r\n");
        assertThat(get).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n{\"status\":\"up\"}\n");
        assertThat(get.toLowerCase(Locale.ROOT))
                .contains(
                        "content-type: application/json", "cache-control: no-store", "x-content-type-options: nosniff")
                .contains("content-security-policy: default-src 'none'", "content-length: 16");
        String head = said("HEAD /health/live HTTP/1.0\r\n\r\n");
        assertThat(head).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n");
        assertThat(head.toLowerCase(Locale.ROOT)).contains("content-length: 16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"})
    void takes_no_other_method(String method) throws IOException {
        assertThat(said(method + " /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 405")
                .contains("Allow: GET, HEAD");
    }

    @Test
    void takes_no_body_and_ends_the_connection_upon_one() throws IOException {
        String smuggled = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
        assertThat(said("GET /health/live HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + smuggled.length()
                        + "\r\n\r\n" + smuggled))
                .startsWith("HTTP/1.1 413")
                .doesNotContain("HTTP/1.1 200");
        assertThat(said("GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413");
    }

    @Test
    void knows_its_paths_and_no_others() throws IOException {
        assertThat(said("GET / HTTP/1.0\r\n\r\n")).endsWith("root\n");
        for (String path : List.of("/health", "/health/live/", "//", "/../etc/passwd", "/%2e%2e/", "/health/live%00")) {
            assertThat(said("GET " + path + " HTTP/1.0\r\n\r\n")).as(path).startsWith("HTTP/1.1 40");
        }
        assertThat(said("GET /health/live?verbose=1 HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200");
        assertThat(said("GET /nothing<script> HTTP/1.0\r\n\r\n")).doesNotContain("<script>");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200", "localhost:8080, 200", "LOCALHOST, 200", "relay.localhost:1, 200", "127.0.0.1:8080, 200",
        "'[::1]:8080', 200", "10.1.2.3, 200", "evil.example, 403", "evil.example:8080, 403",
                "localhost.evil.example, 403",
        "127.0.0.1.evil.example, 403", "evillocalhost, 403", "'', 403"
    })
    void a_browser_that_was_told_that_another_name_leads_here_is_refused(String host, int status) throws IOException {
        assertThat(said("GET /health/live HTTP/1.1\r\nConnection: close\r\nHost: " + host + "\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status);
    }

    @Test
    void whoever_listens_for_others_is_called_by_any_name() throws Exception {
        assertThat(new HostNames(InetAddress.getByName("0.0.0.0"), "0.0.0.0").isOurs("relay.shop.svc:8080"))
                .isTrue();
        assertThat(new HostNames(InetAddress.getByName("10.1.2.3"), "10.1.2.3").isOurs("relay.shop.svc"))
                .isTrue();
        assertThat(new HostNames(InetAddress.getLoopbackAddress(), "my_host").isOurs("relay.shop.svc"))
                .isFalse();
        assertThat(new HostNames(InetAddress.getLoopbackAddress(), "My_Host").isOurs("my_host:8080"))
                .isTrue();
    }

    @Test
    void a_request_larger_than_any_of_a_probe_is_cut_off() throws IOException {
        String endless = "x".repeat(100_000);
        assertThat(said("GET /" + endless + " HTTP/1.0\r\n\r\n")).doesNotContain("200 OK");
        assertThat(said("GET / HTTP/1.0\r\nX: " + endless + "\r\n\r\n")).doesNotContain("200 OK");
        assertThat(said("GET / HTTP/1.0\r\n" + "X-A: b\r\nX-B: c\r\n".repeat(1_000) + "\r\n"))
                .doesNotContain("root");
        assertThat(said("GET / HTTP/1.0\r\n\r\n")).endsWith("root\n");
    }

    /** Four times as many as there are threads. Without a limit to their time, no other request would be answered any more. */
    @Test
    void clients_that_stop_in_the_middle_of_a_request_hold_nobody_up() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 4 * RequestThreads.THREADS; i++) {
                Socket socket = connected();
                slow.add(socket);
                socket.getOutputStream().write("GET /health/live HT".getBytes(ISO_8859_1));
            }
            assertProbeIsAnswered();
        } finally {
            closeAll(slow);
        }
    }

    @Test
    void clients_that_do_not_read_their_answers_hold_nobody_up() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * RequestThreads.THREADS; i++) {
                Socket socket = connected();
                slow.add(socket);
                socket.getOutputStream().write("GET /large HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
            }
            assertProbeIsAnswered();
        } finally {
            closeAll(slow);
        }
    }

    @Test
    void a_client_that_stops_in_the_middle_of_a_request_loses_its_connection_also_when_nobody_waits()
            throws IOException {
        try (Socket socket = connected()) {
            socket.setSoTimeout((int) RequestThreads.PATIENCE.plusSeconds(10).toMillis());
            socket.getOutputStream().write("GET /health/live HT".getBytes(ISO_8859_1));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void reading_metrics_for_long_leaves_threads_for_probes() throws Exception {
        List<Socket> scrapers = new ArrayList<>();
        try {
            for (int i = 0; i < 2 * RequestThreads.THREADS; i++) {
                Socket socket = connected();
                scrapers.add(socket);
                socket.getOutputStream().write("GET /metrics HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
            }
            assertProbeIsAnswered();
            isReleased.countDown();
            int answered = 0;
            for (Socket scraper : scrapers) {
                String said = new String(scraper.getInputStream().readAllBytes(), ISO_8859_1);
                answered += said.contains("200 OK") && said.endsWith("metric 1\n") ? 1 : 0;
            }
            assertThat(answered).isPositive();
        } finally {
            closeAll(scrapers);
        }
    }

    @Test
    void an_endpoint_that_breaks_is_a_500_and_does_not_end_anything() throws IOException {
        for (int i = 0; i < 2 * RequestThreads.THREADS; i++) {
            assertThat(said("GET /broken HTTP/1.0\r\n\r\n"))
                    .startsWith("HTTP/1.1 500")
                    .doesNotContain("broken for this test");
        }
        assertProbeIsAnswered();
    }

    @Test
    void a_port_that_is_taken_is_refused_with_the_setting_and_a_way_out() {
        int taken = URI.create(server.url()).getPort();
        assertThatThrownBy(() -> ManagementServer.start(new ListenAddress("127.0.0.1", taken), Map.of()))
                .isInstanceOfSatisfying(RelayException.class, refusal -> {
                    assertThat(refusal.failure().kind()).isEqualTo(FailureKind.MISCONFIGURED);
                    assertThat(refusal.failure().summary())
                            .contains("management.listen: cannot listen at 127.0.0.1:" + taken)
                            .contains("another process has the port, maybe another relay")
                            .contains("management.listen: off");
                });
        // As an application would that has the port on every network, and began first.
        assertThatThrownBy(() -> {
                    try (ServerSocket everywhere = new ServerSocket(0)) {
                        ManagementServer.start(new ListenAddress("*", everywhere.getLocalPort()), Map.of());
                    }
                })
                .hasMessageContaining("another process has the port");
    }

    @Test
    void an_address_that_is_not_of_this_host_is_refused_with_the_setting() {
        assertThatThrownBy(() -> ManagementServer.start(new ListenAddress("192.0.2.1", 0), Map.of()))
                .hasMessageContaining("management.listen: cannot listen at 192.0.2.1:0")
                .hasMessageContaining("write an address of this host");
        assertThatThrownBy(() -> ManagementServer.start(new ListenAddress("no-such-host.invalid", 0), Map.of()))
                .hasMessageContaining("the name is not known");
    }

    @Test
    void its_threads_are_named_and_bounded_and_end_with_it() {
        assertThat(adminThreads())
                .contains("relay-admin-1", "relay-admin-watch")
                .hasSize(RequestThreads.THREADS + 1);
        server.close();
        await().until(() -> adminThreads().isEmpty());
    }

    private void awaitRelease() {
        try {
            isReleased.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> adminThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("relay-admin"))
                .toList();
    }

    private void assertProbeIsAnswered() throws IOException {
        long begun = System.nanoTime();
        assertThat(said("GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(PROBE_TIMEOUT);
    }

    /** Everything that the server says until it ends the connection. */
    private String said(String request) throws IOException {
        try (Socket socket = connected()) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (SocketException cutOff) {
            return "";
        }
    }

    private Socket connected() throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(server.url()).getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static void closeAll(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
