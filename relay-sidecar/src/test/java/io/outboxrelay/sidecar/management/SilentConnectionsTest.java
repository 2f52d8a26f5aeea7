package io.outboxrelay.sidecar.management;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.config.ListenAddress;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever takes all connections that there are and says nothing keeps probes out for a moment, and for less than one probe's period. */
class SilentConnectionsTest {
    /** Two seconds and the tick with which they are looked for, on a busy machine. */
    private static final Duration MOMENT = Duration.ofSeconds(5);

    private final List<Socket> sockets = new ArrayList<>();
    private final ManagementServer server = ManagementServer.start(
            new ListenAddress("127.0.0.1", 0),
            Map.of("/health/live", () -> Answer.json(200, Json.object("status", "up"))));

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    @Test
    void a_probe_is_answered_soon_after_every_connection_was_taken_by_somebody_who_says_nothing() throws IOException {
        long beganNanos = System.nanoTime();
        for (int i = 0; i < 256; i++) {
            connect();
        }
        // The first are given up two seconds later: on a machine that takes so long to connect, some are left by now.
        boolean none = System.nanoTime() - beganNanos < Duration.ofMillis(800).toNanos();
        String first = probe();
        assertThat(none ? first : "").as("there is no connection left").isEmpty();
        await().atMost(MOMENT).until(() -> probe().startsWith("HTTP/1.1 200"));
    }

    @Test
    void so_is_one_where_they_asked_something_once_and_keep_the_connection() throws IOException {
        for (int i = 0; i < 256; i++) {
            Socket socket = connect();
            socket.getOutputStream().write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        await().atMost(MOMENT).until(() -> probe().startsWith("HTTP/1.1 200"));
    }

    private Socket connect() throws IOException {
        URI at = URI.create(server.url());
        Socket socket = new Socket(at.getHost(), at.getPort());
        sockets.add(socket);
        return socket;
    }

    /** What is answered to a probe; nothing where its connection is closed instead. */
    private String probe() {
        try (Socket socket = connect()) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write("GET /health/live HTTP/1.0\r\n\r\n".getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
