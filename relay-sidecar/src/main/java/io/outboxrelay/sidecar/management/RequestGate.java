package io.outboxrelay.sidecar.management;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every request passes: only GET and HEAD, without a body, for a host that this server goes by, for a path that there is. Called by
 * any of the server's threads.
 */
final class RequestGate implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RequestGate.class);
    private static final Map<String, String> ALWAYS = Map.of(
            "Cache-Control", "no-store",
            "X-Content-Type-Options", "nosniff",
            "X-Frame-Options", "DENY",
            "Referrer-Policy", "no-referrer",
            "Cross-Origin-Resource-Policy", "same-origin",
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");

    private final Map<String, Endpoint> endpoints;
    private final HostNames hosts;
    private final RequestThreads threads;

    /** @param endpoints by path */
    RequestGate(Map<String, Endpoint> endpoints, HostNames hosts, RequestThreads threads) {
        this.endpoints = new TreeMap<>(endpoints);
        this.hosts = hosts;
        this.threads = threads;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        Answer answer = threads.answering(() -> answer(exchange));
        Headers headers = exchange.getResponseHeaders();
        ALWAYS.forEach(headers::set);
        answer.headers().forEach(headers::set);
        headers.set("Content-Type", answer.contentType());
        if (hasBody(exchange)) {
            // Whatever follows is no request that this server would read.
            headers.set("Connection", "close");
        }
        boolean isHead = exchange.getRequestMethod().equals("HEAD");
        if (isHead) {
            headers.set("Content-Length", Integer.toString(answer.body().length));
        }
        exchange.sendResponseHeaders(answer.status(), isHead ? -1 : answer.body().length);
        if (!isHead) {
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(answer.body());
            }
        }
        exchange.close();
    }

    private Answer answer(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return Answer.text(405, "only GET and HEAD: nothing can be changed here")
                    .with("Allow", "GET, HEAD");
        }
        if (hasBody(exchange)) {
            return Answer.text(413, "a request has no body here");
        }
        String host = exchange.getRequestHeaders().getFirst("Host");
        if (!hosts.isOurs(host)) {
            return Answer.text(
                    403,
                    "this server listens for its own host alone and is not called by that name: use localhost or an address, also in"
                            + " what a proxy sends as Host");
        }
        Endpoint endpoint =
                endpoints.get(String.valueOf(exchange.getRequestURI().getPath()));
        if (endpoint == null) {
            return Answer.text(404, "nothing here; there are " + String.join(", ", endpoints.keySet()));
        }
        try {
            return endpoint.answer();
        } catch (RuntimeException | Error e) {
            // It is told who asked; publishing is none of its business and goes on.
            LOG.error(
                    "{} could not be answered, which is a bug of the relay",
                    exchange.getRequestURI().getPath(),
                    e);
            return Answer.text(500, "a bug of the relay; its log has the reason");
        }
    }

    private static boolean hasBody(HttpExchange exchange) {
        @Nullable String length = exchange.getRequestHeaders().getFirst("Content-Length");
        return exchange.getRequestHeaders().containsKey("Transfer-Encoding") || (length != null && !length.equals("0"));
    }
}
