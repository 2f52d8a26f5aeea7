package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on the loopback interface that does what networks do: refuse, reset, stall, forget connections, cut in the
 * middle, swallow, slow down. The port stays the same through all of it.
 *
 * <p>Safe to use from any thread. A fault is in force when the call that sets it returns; a chunk that was already being
 * written may still arrive.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BACKLOG = 64;
    private static final int BIND_ATTEMPTS_MAX = 50;
    private static final long BIND_RETRY_NANOS = 100_000_000;

    private final FaultyLink link = new FaultyLink();
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger ended = new AtomicInteger();
    private final int port;
    private volatile int targetPort;
    private @Nullable ServerSocket listener;

    private TcpProxy(ServerSocket listener) {
        this.listener = listener;
        this.port = listener.getLocalPort();
        accept(listener);
    }

    /** A proxy that listens on a free port and has no server yet: connections are reset until {@link #forwardTo}. */
    public static TcpProxy started() {
        return new TcpProxy(listen(0));
    }

    /** A proxy before a server on a port of the loopback interface. */
    public static TcpProxy before(int targetPort) {
        TcpProxy proxy = started();
        proxy.forwardTo(targetPort);
        return proxy;
    }

    /** Where clients connect, on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Connections from now on go to this port of the loopback interface. */
    public void forwardTo(int newTargetPort) {
        targetPort = newTargetPort;
    }

    /** How many connections are open. */
    public int connectionCount() {
        return connections.size();
    }

    /** How many connections have come to their end so far, in good order or not. */
    public int endedCount() {
        return ended.get();
    }

    /** Does this to the bytes from now on, until something else is set. */
    public synchronized void inject(LinkFault fault) {
        boolean holed = link.fault() instanceof LinkFault.Swallow;
        link.set(fault);
        if (fault instanceof LinkFault.Refuse) {
            closeListener();
        } else if (listener == null) {
            listener = listen(port);
            accept(listener);
        }
        if (holed || fault instanceof LinkFault.Refuse || fault instanceof LinkFault.Reset) {
            resetConnections();
        }
        connections.forEach(ProxiedConnection::resetIfDead);
        if (fault instanceof LinkFault.HalfOpen halfOpen) {
            connections.forEach(connection -> connection.die(halfOpen.dead()));
        }
    }

    /** Passes everything on again. */
    public void heal() {
        inject(new LinkFault.None());
    }

    /** From now on nothing gets through in the one connection that the server sees come from this port; the others work. */
    public void silence(int portSeenByServer) {
        connections.stream()
                .filter(connection -> connection.isSeenAs(portSeenByServer))
                .forEach(connection -> connection.die(Set.of(LinkFault.Direction.values())));
    }

    /** Resets the connections that are open, once; new ones are not affected. */
    public void resetConnections() {
        connections.forEach(ProxiedConnection::reset);
    }

    /** Refuses new connections and resets those that are open. */
    @Override
    public synchronized void close() {
        link.set(new LinkFault.Refuse());
        closeListener();
        resetConnections();
    }

    private void closeListener() {
        ServerSocket open = listener;
        listener = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot close the proxy's port", e);
            }
        }
    }

    private static ServerSocket listen(int port) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        for (int attempt = 1; ; attempt++) {
            try {
                ServerSocket socket = new ServerSocket();
                socket.setReuseAddress(true);
                socket.bind(address, BACKLOG);
                return socket;
            } catch (BindException e) {
                // A client that tried to connect meanwhile may hold the port for a moment as its own.
                if (attempt == BIND_ATTEMPTS_MAX) {
                    throw new UncheckedIOException("port " + port + " was taken", e);
                }
                LockSupport.parkNanos(BIND_RETRY_NANOS);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot listen on port " + port, e);
            }
        }
    }

    private void accept(ServerSocket socket) {
        Thread thread = new Thread(() -> acceptAll(socket), "proxy-accept-" + port);
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll(ServerSocket socket) {
        while (!socket.isClosed()) {
            Socket client;
            try {
                client = socket.accept();
            } catch (IOException e) {
                // Closed by a fault or at the end.
                return;
            }
            connect(client);
        }
    }

    private void connect(Socket client) {
        if (refusesOrResets()) {
            ProxiedConnection.reset(client);
            return;
        }
        try {
            Socket server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
            server.setTcpNoDelay(true);
            client.setTcpNoDelay(true);
            open(client, server);
        } catch (IOException e) {
            // The server is away: its clients find out as they would without the proxy.
            ProxiedConnection.reset(client);
        }
    }

    private boolean refusesOrResets() {
        LinkFault fault = link.fault();
        return fault instanceof LinkFault.Reset || fault instanceof LinkFault.Refuse;
    }

    private void open(Socket client, Socket server) {
        ProxiedConnection connection = new ProxiedConnection(client, server, link, this::ended);
        connections.add(connection);
        connection.start();
        if (refusesOrResets()) {
            // The fault came while the server was being connected to, and found nothing to reset yet.
            connection.reset();
        }
    }

    private void ended(ProxiedConnection connection) {
        // Both of its pumps may say so.
        if (connections.remove(connection)) {
            ended.incrementAndGet();
        }
    }
}
