package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.publish.ListenerCheck.Spoken;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a broker says at a moment that no real one can be brought to at will; everything else is asked of a real one. */
@Timeout(30)
class ListenerCheckTest {
    private static final int FOREVER = Integer.MAX_VALUE;

    @Test
    void a_broker_that_ends_between_two_answers_does_not_want_a_password() throws IOException {
        assertThat(seen(1)).contains(Spoken.UNKNOWN);
    }

    @Test
    void a_broker_that_ends_there_each_time_does() throws IOException {
        assertThat(seen(FOREVER)).contains(Spoken.SASL_PLAINTEXT);
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
