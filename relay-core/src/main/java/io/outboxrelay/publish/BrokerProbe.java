package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.Wakeup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.common.utils.Utils;

/**
 * Finds out whether the brokers can be reached and let the relay in, on a thread of its own, so that a start can say what it
 * is waiting for. Asks once a second until they answer, then ends. Quiet: it knocks with a plain connection first, because a
 * Kafka client complains in the log at every attempt.
 */
public final class BrokerProbe implements AutoCloseable {

    /** What is known at the moment. */
    public sealed interface Answer {}

    /** Nothing yet: the first attempt is under way, for at most a few seconds. */
    public record Asking() implements Answer {}

    /** They cannot be reached, or refuse the relay; asked again each second. */
    public record Away(Failure failure) implements Answer {}

    /** They answered. Final. */
    public record Reached(String clusterId, int brokers) implements Answer {}

    private static final int KNOCK_TIMEOUT_MILLIS = 2_000;
    private static final int ANSWER_TIMEOUT_MILLIS = 5_000;
    private static final long PAUSE_MILLIS = 1_000;

    private final PublisherSettings settings;
    private final Wakeup changed;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Answer answer = new Asking();

    private BrokerProbe(PublisherSettings settings, Wakeup changed) {
        this.settings = settings;
        this.changed = changed;
    }

    /**
     * Starts asking.
     *
     * @param changed called on the probe's thread whenever there is a new {@link #answer}
     */
    public static BrokerProbe start(PublisherSettings settings, Wakeup changed) {
        BrokerProbe probe = new BrokerProbe(settings, changed);
        Thread thread = new Thread(probe::run, "relay-broker-probe");
        thread.setDaemon(true);
        thread.start();
        return probe;
    }

    /** The latest answer. Any thread; never blocks. */
    public Answer answer() {
        return answer;
    }

    /** Ends asking. Returns at once; an attempt under way ends by itself within seconds, unheard. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void run() {
        try {
            while (!(answer instanceof Reached)
                    && !closed.await(answer instanceof Asking ? 0 : PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                Answer latest = ask();
                if (closed.getCount() == 0) {
                    return;
                }
                answer = latest;
                changed.wake();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Answer ask() throws InterruptedException {
        if (!doesAnyoneOpen()) {
            return new Away(Failure.of(
                    FailureKind.TRANSIENT,
                    "no broker can be reached at " + settings.bootstrapServers(),
                    "start Kafka, or correct kafka.bootstrap.servers; the relay goes on by itself once it is reached"));
        }
        Map<String, Object> config = new HashMap<>(settings.adminConfig());
        config.put(AdminClientConfig.CLIENT_ID_CONFIG, "outbox-relay-probe");
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MILLIS);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MILLIS);
        Admin admin;
        try {
            admin = Admin.create(config);
        } catch (RuntimeException e) {
            return new Away(KafkaFailures.classifyConstruction(e, settings.bootstrapServers()));
        }
        try {
            DescribeClusterResult cluster = admin.describeCluster();
            int brokers = cluster.nodes()
                    .get(2L * ANSWER_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .size();
            return new Reached(Objects.requireNonNullElse(cluster.clusterId().getNow(null), "unknown"), brokers);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            return new Away(KafkaFailures.classify(e));
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private boolean doesAnyoneOpen() {
        return Arrays.stream(settings.bootstrapServers().split(",", -1))
                .map(String::trim)
                .anyMatch(BrokerProbe::opens);
    }

    private static boolean opens(String address) {
        try (Socket socket = new Socket()) {
            String host = Objects.requireNonNull(Utils.getHost(address));
            int port = Objects.requireNonNull(Utils.getPort(address));
            socket.connect(new InetSocketAddress(host, port), KNOCK_TIMEOUT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
