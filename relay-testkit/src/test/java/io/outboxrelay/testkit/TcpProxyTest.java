package io.outboxrelay.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.LinkFault.Direction;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TcpProxyTest {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int SILENCE_MILLIS = 300;

    private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
    private final AtomicInteger endsHeard = new AtomicInteger();
    private ServerSocket echoServer;
    private TcpProxy proxy;

    @BeforeEach
    void start() throws IOException {
        echoServer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "echo");
        thread.setDaemon(true);
        thread.start();
        proxy = TcpProxy.before(echoServer.getLocalPort());
    }

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        echoServer.close();
    }

    @Test
    void forwards_until_both_ends_are_through() throws IOException {
        try (Socket client = connect()) {
            say(client, "hello");
            assertThat(hear(client, 5)).isEqualTo("hello");
            client.shutdownOutput();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> proxy.connectionCount() == 0);
    }

    @Test
    void refuses_and_comes_back_on_the_same_port() throws IOException {
        int port = proxy.port();
        try (Socket client = connect()) {
            proxy.inject(new LinkFault.Refuse());
            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
        }
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);

        proxy.heal();

        assertThat(proxy.port()).isEqualTo(port);
        assertEchoes("again");
    }

    @Test
    void resets_open_and_new_connections() throws IOException {
        try (Socket client = connect()) {
            say(client, "x");
            hear(client, 1);
            proxy.inject(new LinkFault.Reset());
            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
        }
        try (Socket late = connect()) {
            assertThatThrownBy(() -> hear(late, 1)).isInstanceOf(SocketException.class);
        }
        proxy.heal();
        assertEchoes("again");
    }

    @Test
    void a_stall_keeps_connections_and_moves_no_byte_until_it_ends() throws IOException {
        try (Socket client = connect()) {
            say(client, "a");
            hear(client, 1);
            proxy.inject(new LinkFault.Stall());
            say(client, "bc");
            client.setSoTimeout(SILENCE_MILLIS);
            assertThatThrownBy(() -> hear(client, 2)).isInstanceOf(SocketTimeoutException.class);
            client.setSoTimeout(PATIENCE_MILLIS);

            proxy.heal();

            assertThat(hear(client, 2)).isEqualTo("bc");
        }
    }

    @Test
    void a_connection_that_was_forgotten_hears_nothing_of_the_other_end_while_new_ones_work() throws IOException {
        try (Socket client = connect()) {
            say(client, "a");
            hear(client, 1);
            proxy.inject(new LinkFault.HalfOpen(EnumSet.allOf(Direction.class)));
            say(client, "lost");
            client.setSoTimeout(SILENCE_MILLIS);
            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketTimeoutException.class);
            assertEchoes("new");
        }
        assertThat(String.join("", received)).isEqualTo("anew");
        // The server still holds its end of it: what ended is the new one.
        await().atMost(Duration.ofSeconds(10)).until(() -> endsHeard.get() == 1);
        await().during(Duration.ofMillis(SILENCE_MILLIS))
                .atMost(Duration.ofSeconds(10))
                .until(() -> endsHeard.get() == 1);

        proxy.heal();

        await().atMost(Duration.ofSeconds(10)).until(() -> endsHeard.get() == 2);
    }

    @Test
    void a_connection_that_is_dead_one_way_works_the_other_way() throws IOException {
        try (Socket client = connect()) {
            say(client, "a");
            hear(client, 1);
            proxy.inject(new LinkFault.HalfOpen(EnumSet.of(Direction.TO_CLIENT)));
            say(client, "commit");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> String.join("", received).equals("acommit"));
            client.setSoTimeout(SILENCE_MILLIS);
            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketTimeoutException.class);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> endsHeard.get() == 1);
    }

    @Test
    void cuts_a_connection_in_the_middle_of_a_message() throws IOException {
        try (Socket client = connect()) {
            proxy.inject(new LinkFault.CutAfter(7, Direction.TO_SERVER));
            say(client, "12345");
            assertThat(hear(client, 5)).isEqualTo("12345");
            say(client, "67890");
            assertThatThrownBy(() -> hear(client, 5)).isInstanceOf(IOException.class);
        }
        await().atMost(Duration.ofSeconds(10))
                .until(() -> String.join("", received).equals("1234567"));
        proxy.heal();
        assertEchoes("again");
    }

    @Test
    void swallows_a_reply_that_the_server_did_send() throws IOException {
        try (Socket client = connect()) {
            proxy.inject(new LinkFault.Swallow(Direction.TO_CLIENT));
            say(client, "commit");
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> String.join("", received).equals("commit"));
            client.setSoTimeout(SILENCE_MILLIS);
            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketTimeoutException.class);

            proxy.heal();

            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
        }
        assertEchoes("again");
    }

    @Test
    void slows_down_to_a_number_of_bytes_a_second() throws IOException {
        try (Socket client = connect()) {
            proxy.inject(new LinkFault.Slow(10_000));
            long start = System.nanoTime();
            say(client, "x".repeat(3_000));
            hear(client, 3_000);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(280));
        }
    }

    @Test
    void a_server_that_is_away_resets_its_clients() throws IOException {
        try (TcpProxy without = TcpProxy.started();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), without.port())) {
            client.setSoTimeout(PATIENCE_MILLIS);
            assertThatThrownBy(() -> hear(client, 1)).isInstanceOf(SocketException.class);
        }
    }

    private void assertEchoes(String text) throws IOException {
        try (Socket client = connect()) {
            say(client, text);
            assertThat(hear(client, text.length())).isEqualTo(text);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(UTF_8));
    }

    private static String hear(Socket socket, int bytes) throws IOException {
        byte[] heard = socket.getInputStream().readNBytes(bytes);
        if (heard.length < bytes) {
            throw new IOException("ended after " + heard.length + " bytes");
        }
        return new String(heard, UTF_8);
    }

    private void serve() {
        while (!echoServer.isClosed()) {
            try {
                Socket socket = echoServer.accept();
                Thread thread = new Thread(() -> echo(socket), "echo-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void echo(Socket socket) {
        byte[] chunk = new byte[1024];
        try (socket) {
            for (int read = socket.getInputStream().read(chunk);
                    read >= 0;
                    read = socket.getInputStream().read(chunk)) {
                received.add(new String(chunk, 0, read, UTF_8));
                socket.getOutputStream().write(chunk, 0, read);
            }
        } catch (IOException e) {
            received.add("");
        } finally {
            endsHeard.incrementAndGet();
        }
    }
}
