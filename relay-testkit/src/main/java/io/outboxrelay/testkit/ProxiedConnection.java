package io.outboxrelay.testkit;

import io.outboxrelay.testkit.LinkFault.Direction;
import io.outboxrelay.testkit.LinkFault.Swallow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Set;
import java.util.function.Consumer;

/** One client's connection through a proxy: two sockets, and a thread for each direction. */
final class ProxiedConnection {
    private static final int CHUNK_BYTES = 16 * 1024;

    private final Socket client;
    private final Socket server;
    private final FaultyLink link;
    private final Consumer<ProxiedConnection> ended;

    /** Where nothing gets through any more, whatever the link does for others. */
    private volatile Set<Direction> dead = Set.of();

    ProxiedConnection(Socket client, Socket server, FaultyLink link, Consumer<ProxiedConnection> ended) {
        this.client = client;
        this.server = server;
        this.link = link;
        this.ended = ended;
    }

    void start() {
        startPump("proxy-to-server", client, server, Direction.TO_SERVER);
        startPump("proxy-to-client", server, client, Direction.TO_CLIENT);
    }

    /** From now on nothing gets through in these directions, not even that an end has closed. */
    void die(Set<Direction> directions) {
        dead = directions;
    }

    boolean isSeenAs(int portSeenByServer) {
        return server.getLocalPort() == portSeenByServer;
    }

    void resetIfDead() {
        if (!dead.isEmpty()) {
            reset();
        }
    }

    /** Ends both sides with a TCP reset rather than with an orderly end. */
    void reset() {
        reset(client);
        reset(server);
        ended.accept(this);
    }

    static void reset(Socket socket) {
        try (socket) {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            // Closed by the other pump already.
            return;
        }
    }

    private void startPump(String name, Socket from, Socket to, Direction direction) {
        Thread thread = new Thread(() -> pump(from, to, direction), name);
        thread.setDaemon(true);
        thread.start();
    }

    private void pump(Socket from, Socket to, Direction direction) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            boolean swallowed = false;
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                if (dead.contains(direction)) {
                    continue;
                }
                boolean swallowing = link.fault() instanceof Swallow swallow && swallow.direction() == direction;
                // After a hole in the stream, what follows must not be taken for its continuation.
                if ((swallowed && !swallowing) || link.pass(chunk, read, direction, out) < read) {
                    reset();
                    return;
                }
                swallowed |= swallowing;
            }
            if (dead.contains(direction)) {
                return;
            }
            to.shutdownOutput();
            if (from.isOutputShutdown()) {
                // Both directions have come to their end in good order.
                client.close();
                server.close();
                ended.accept(this);
            }
        } catch (IOException e) {
            if (dead.isEmpty()) {
                reset();
            } else if (!dead.contains(direction)) {
                reset(to);
            }
        }
    }
}
