package io.outboxrelay.sidecar;

import io.outboxrelay.config.ListenAddress;
import io.outboxrelay.sidecar.management.Health;
import io.outboxrelay.sidecar.management.Info;
import io.outboxrelay.sidecar.management.ManagementServer;
import io.outboxrelay.sidecar.management.WatchedPipeline;
import io.outboxrelay.sidecar.metrics.RelayMetrics;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this process shows of itself over HTTP. Belongs to the main thread, but for {@link #stopping}. */
final class Management implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");

    private final Health health;
    private final Info info;
    private final RelayMetrics metrics;
    private @Nullable ManagementServer server;

    /** Nothing is shown yet. */
    Management(List<Pipeline> pipelines) {
        List<WatchedPipeline> watched =
                pipelines.stream().map(Pipeline::watched).toList();
        this.health = new Health(watched);
        this.metrics =
                new RelayMetrics(pipelines.stream().map(Pipeline::measured).toList(), Version.number());
        this.info = new Info(Version.number(), Instant.now(), watched);
    }

    /**
     * Shows it from now on.
     *
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED when the server cannot listen there
     */
    void serveAt(ListenAddress address) {
        ManagementServer started = ManagementServer.start(address, health, info, metrics::scrape);
        server = started;
        LOG.info("health and metrics at {}", started.url());
    }

    /** The process was told to end: it is not ready any more. Any thread. */
    void stopping() {
        health.stopping();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        metrics.close();
    }
}
