package io.outboxrelay.sidecar;

import io.outboxrelay.publish.BrokerProbe;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.publish.BrokerProbe.Reached;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says whether Kafka was reached, once, and every minute that it is not. Used by the main thread. */
final class BrokerLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.outboxrelay.Relay");
    private static final long REMINDER_NANOS = Duration.ofMinutes(1).toNanos();

    private final String servers;
    private boolean reached;
    private String said = "";
    private long saidAtNanos;

    BrokerLog(String servers) {
        this.servers = servers;
    }

    void look(BrokerProbe.Answer answer, long nowNanos) {
        if (reached) {
            return;
        }
        if (answer instanceof Reached cluster) {
            reached = true;
            LOG.info(
                    "Kafka answers at {}: {}",
                    servers,
                    cluster.brokers() == 1 ? "1 broker" : cluster.brokers() + " brokers");
        } else if (answer instanceof Away away) {
            String cause = away.failure().summary();
            if (!cause.equals(said) || nowNanos - saidAtNanos >= REMINDER_NANOS) {
                LOG.warn("waiting for Kafka: {}", cause);
                said = cause;
                saidAtNanos = nowNanos;
            }
        }
    }
}
