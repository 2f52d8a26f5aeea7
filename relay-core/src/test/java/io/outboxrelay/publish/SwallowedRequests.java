package io.outboxrelay.publish;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;

/** Stands before a broker and passes everything on but the requests of one kind, which get no answer. */
final class SwallowedRequests implements AutoCloseable {
    private final ServerSocket listener;
    private final ApiKeys swallowed;
    private volatile int brokerPort;

    SwallowedRequests(ApiKeys swallowed) {
        this.swallowed = swallowed;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        daemon(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void forwardTo(int port) {
        brokerPort = port;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void accept() throws IOException {
        while (!listener.isClosed()) {
            Socket client = listener.accept();
            Socket broker = new Socket(InetAddress.getLoopbackAddress(), brokerPort);
            daemon(() -> pass(client, broker));
            daemon(() -> broker.getInputStream().transferTo(client.getOutputStream()));
        }
    }

    /** A request is its length, its kind in two bytes, and more. */
    private void pass(Socket client, Socket broker) throws IOException {
        DataInputStream requests = new DataInputStream(client.getInputStream());
        DataOutputStream out = new DataOutputStream(broker.getOutputStream());
        while (true) {
            byte[] request = requests.readNBytes(requests.readInt());
            if (ByteBuffer.wrap(request).getShort() != swallowed.id) {
                out.writeInt(request.length);
                out.write(request);
                out.flush();
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException over) {
                        // One of the ends has closed.
                    }
                },
                "swallowed-requests");
        thread.setDaemon(true);
        thread.start();
    }
}
