package io.outboxrelay.sidecar.management;

import com.sun.net.httpserver.HttpServer;
import io.outboxrelay.config.ListenAddress;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The HTTP server of the process, on a port of its own; read-only. Everything about a request is bounded: its size, how long its client
 * may take over it, how many are served and wait at once, and how many connections there are. It is there from before the first look at
 * database and brokers until the process ends.
 */
public final class ManagementServer implements AutoCloseable {

    private static final String SETTING = "management.listen";
    private static final int BACKLOG = 64;

    /**
     * Read by the JDK's server when it is made; what the process was started with goes before. Times are in seconds, but for the tick.
     * Connections on which nothing comes are closed soon: who takes all that there are keeps probes out only for so long.
     */
    private static final Map<String, String> LIMITS = Map.of(
            "sun.net.httpserver.idleInterval", "2",
            "sun.net.httpserver.clockTick", "1000",
            "sun.net.httpserver.maxIdleConnections", "32",
            "jdk.httpserver.maxConnections", "256",
            "sun.net.httpserver.maxReqHeaders", "64",
            "sun.net.httpserver.maxReqHeaderSize", "16384",
            "sun.net.httpserver.drainAmount", "0");

    private final HttpServer server;
    private final RequestThreads threads;

    private ManagementServer(HttpServer server, RequestThreads threads) {
        this.server = server;
        this.threads = threads;
    }

    /**
     * Begins to listen.
     *
     * @param metrics all of them, in Prometheus' text format 0.0.4
     * @throws RelayException MISCONFIGURED when it cannot listen there
     */
    public static ManagementServer start(ListenAddress at, Health health, Info info, Supplier<String> metrics) {
        return start(
                at,
                Map.of(
                        "/",
                        new Page(),
                        "/status",
                        new Status(info, health),
                        "/health/live",
                        health::live,
                        "/health/ready",
                        health::ready,
                        "/health/started",
                        health::started,
                        "/info",
                        info::answer,
                        "/metrics",
                        new Scrapes(metrics)));
    }

    static ManagementServer start(ListenAddress at, Map<String, Endpoint> endpoints) {
        LIMITS.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
        try {
            HttpServer server = HttpServer.create(resolved(at), BACKLOG);
            RequestThreads threads = new RequestThreads();
            server.setExecutor(threads);
            server.createContext(
                    "/",
                    new RequestGate(endpoints, new HostNames(server.getAddress().getAddress(), at.host()), threads));
            server.start();
            return new ManagementServer(server, threads);
        } catch (IOException e) {
            throw refusal(at, e);
        }
    }

    /** Where it listens, with the port that it has got. */
    public String url() {
        InetSocketAddress at = server.getAddress();
        InetAddress address = at.getAddress();
        String host = address.isAnyLocalAddress() ? ListenAddress.EVERYWHERE : address.getHostAddress();
        return "http://" + new ListenAddress(host, at.getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    private static InetSocketAddress resolved(ListenAddress at) throws IOException {
        return at.host().equals(ListenAddress.EVERYWHERE)
                ? new InetSocketAddress(at.port())
                : new InetSocketAddress(InetAddress.getByName(at.host()), at.port());
    }

    private static RelayException refusal(ListenAddress at, IOException why) {
        String what = SETTING + ": cannot listen at " + at + ": ";
        String another = SETTING + ": " + new ListenAddress(at.host(), at.port() < 65_535 ? at.port() + 1 : 0);
        if (why instanceof UnknownHostException) {
            return misconfigured(
                    what + "the name is not known", "write an address of this host, or * for every network", why);
        }
        String said = String.valueOf(why.getMessage());
        if (why instanceof BindException && said.contains("already in use")) {
            return misconfigured(
                    what + "another process has the port, maybe another relay",
                    "give each relay on this host a port of its own, for example " + another
                            + ", or switch the server off with " + SETTING + ": off",
                    why);
        }
        return misconfigured(
                what + said,
                "write an address of this host (127.0.0.1 for itself alone, * for every network) and a port that this user may have",
                why);
    }

    private static RelayException misconfigured(String what, String remedy, IOException cause) {
        return new RelayException(Failure.of(FailureKind.MISCONFIGURED, what, remedy, cause));
    }
}
