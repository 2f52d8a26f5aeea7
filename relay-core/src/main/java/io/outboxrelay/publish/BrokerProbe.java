package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.PipelineThreads;
import io.outboxrelay.outbox.Wakeup;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterResult;

/**
 * Finds out whether the brokers can be reached and let the relay in, on a thread of its own, so that a start can say what it
 * is waiting for, and refuse what cannot work: {@link Away} is MISCONFIGURED when the brokers do not let the relay in, cannot be
 * trusted, or speak something else than the settings say ({@link ListenerCheck}). Asks once a second until they answer, then ends; seldom
 * while they refuse its password.
 * Quiet: it knocks with a plain connection first, because a Kafka client complains in the log at every attempt.
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

    private static final int ANSWER_TIMEOUT_MILLIS = 5_000;
    private static final Duration HARMLESS_LOOK_MAX = Duration.ofSeconds(3);

    private final Supplier<PublisherSettings> settings;
    private final Wakeup changed;
    private final CountDownLatch looked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final ProbePace pace = new ProbePace(new SplittableRandom());
    private volatile Answer answer = new Asking();

    private BrokerProbe(Supplier<PublisherSettings> settings, Wakeup changed) {
        this.settings = settings;
        this.changed = changed;
    }

    /**
     * Starts asking.
     *
     * @param settings asked anew for each attempt
     * @param changed called on the probe's thread whenever there is a new {@link #answer}
     */
    public static BrokerProbe start(Supplier<PublisherSettings> settings, Wakeup changed) {
        BrokerProbe probe = new BrokerProbe(settings, changed);
        Thread thread = PipelineThreads.daemon("relay-broker-probe", probe::run);
        thread.start();
        return probe;
    }

    /**
     * Whether it is known what the brokers' port speaks, or that nobody opens there. A Kafka client should not be made before, nor
     * where the {@link #answer} refuses one: one that speaks plaintext to a port that speaks TLS takes the memory of the whole
     * process.
     */
    public boolean hasLooked() {
        return looked.getCount() == 0;
    }

    /**
     * How long a start is to wait for {@link #hasLooked}. Where the relay speaks plaintext the look ends sooner by itself; where it
     * does not, a client can do no harm, and brokers that are neither there nor refuse are waited for no longer than this.
     */
    public static Duration lookMax(PublisherSettings atStart) {
        return atStart.encrypts() ? HARMLESS_LOOK_MAX : BrokerLook.TIME_MAX.plusSeconds(1);
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
            while (!(answer instanceof Reached) && !closed.await(pace.pauseNanos(answer), TimeUnit.NANOSECONDS)) {
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
        try {
            PublisherSettings fresh = settings.get();
            Optional<Failure> obstacle = BrokerLook.obstacle(fresh);
            if (obstacle.isPresent()) {
                Answer refused = new Away(obstacle.get());
                answer = refused;
                return refused;
            }
            looked.countDown();
            return describe(fresh);
        } catch (RelayException e) {
            return new Away(e.failure());
        } finally {
            looked.countDown();
        }
    }

    private static Answer describe(PublisherSettings settings) throws InterruptedException {
        Map<String, Object> config = new HashMap<>(settings.adminConfig());
        config.compute(AdminClientConfig.CLIENT_ID_CONFIG, (name, id) -> id + "-probe");
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MILLIS);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_TIMEOUT_MILLIS);
        Admin admin;
        try {
            admin = Admin.create(config);
        } catch (RuntimeException e) {
            return new Away(SecurityFailures.construction(e, settings));
        }
        try {
            DescribeClusterResult cluster = admin.describeCluster();
            int brokers = cluster.nodes()
                    .get(2L * ANSWER_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                    .size();
            // Comes with the same answer, but is told after the nodes.
            String clusterId = cluster.clusterId().get(ANSWER_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            return new Reached(Objects.requireNonNullElse(clusterId, "unknown"), brokers);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            Failure failure = KafkaFailures.classify(e);
            String server = settings.bootstrapServers().split(",", 2)[0].trim();
            return new Away(
                    failure.kind() == FailureKind.MISCONFIGURED
                            ? failure
                            : ListenerCheck.explain(server, settings).orElse(failure));
        } finally {
            admin.close(Duration.ZERO);
        }
    }
}
