package io.outboxrelay.publish;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.publish.ListenerCheck.Spoken;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a broker says at a moment that no real one can be brought to at will; everything else is asked of a real one. */
@Timeout(30)
class ListenerCheckTest {
    private static final int FOREVER = Integer.MAX_VALUE;

    /** An address that says nothing is asked for 2 s each time. */
    private static final Duration LONGER_THAN_ONE_SILENCE = Duration.ofSeconds(5);

    @Test
    void a_broker_that_ends_between_two_answers_does_not_want_a_password() throws IOException {
        assertThat(seen(1)).contains(Spoken.UNKNOWN);
    }

    @Test
    void a_broker_that_ends_there_each_time_does() throws IOException {
        assertThat(seen(FOREVER)).contains(Spoken.SASL_PLAINTEXT);
    }

    @Test
    void what_connects_and_cuts_or_says_nothing_or_something_else_is_no_broker() throws Exception {
        try (ServerSocket cutting = serving(client -> {});
                ServerSocket silent = serving(client -> client.getInputStream().readAllBytes());
                ServerSocket other =
                        serving(client -> client.getOutputStream().write("SSH-2.0-OpenSSH\r\n".getBytes(US_ASCII)))) {
            assertThat(obstacleAt(cutting, silent, other))
                    .contains("but does not answer as Kafka")
                    .contains(address(cutting), address(silent), address(other));
        }
    }

    @Test
    void a_broker_that_answers_only_when_it_is_asked_again_is_one() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (ServerSocket slow = serving(client -> {
            if (connections.incrementAndGet() > 2) {
                answer(client);
                answer(client);
            }
        })) {
            assertThat(obstacleAt(slow)).isEmpty();
        }
    }

    private interface Service {
        void serve(Socket client) throws IOException;
    }

    /** A port where this is done to each client, until it is closed. */
    private static ServerSocket serving(Service service) throws IOException {
        ServerSocket port = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(
                () -> {
                    while (!port.isClosed()) {
                        try (Socket client = port.accept()) {
                            service.serve(client);
                        } catch (IOException e) {
                            // The client has gone, or the test is over.
                        }
                    }
                },
                "port");
        thread.setDaemon(true);
        thread.start();
        return port;
    }

    private static String address(ServerSocket port) {
        return "127.0.0.1:" + port.getLocalPort();
    }

    private static String obstacleAt(ServerSocket... ports) throws Exception {
        String servers = Arrays.stream(ports).map(ListenerCheckTest::address).collect(Collectors.joining(","));
        PublisherSettings settings = PublisherSettings.of(Map.of("bootstrap.servers", servers), 1);
        return BrokerLook.obstacle(settings, LONGER_THAN_ONE_SILENCE)
                .map(failure -> failure.summary())
                .orElse("");
    }

    /** @param ending how many of the first connections end after the first answer */
    private static Optional<Spoken> seen(int ending) throws IOException {
        try (ServerSocket broker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> serve(broker, ending), "broker");
            thread.setDaemon(true);
            thread.start();
            PublisherSettings settings = PublisherSettings.of(Map.of("bootstrap.servers", "localhost:9092"), 1);
            return ListenerCheck.look((InetSocketAddress) broker.getLocalSocketAddress(), settings);
        }
    }

    private static void serve(ServerSocket broker, int ending) {
        for (int connection = 0; !broker.isClosed(); connection++) {
            try (Socket client = broker.accept()) {
                answer(client);
                client.getInputStream().skipNBytes(new DataInputStream(client.getInputStream()).readInt());
                if (connection >= ending) {
                    new DataOutputStream(client.getOutputStream()).writeLong(Integer.BYTES);
                }
            } catch (IOException e) {
                // The client has gone, or the test is over.
            }
        }
    }

    private static void answer(Socket client) throws IOException {
        client.getInputStream().skipNBytes(new DataInputStream(client.getInputStream()).readInt());
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeInt(Integer.BYTES);
        out.writeInt(0);
    }
}
