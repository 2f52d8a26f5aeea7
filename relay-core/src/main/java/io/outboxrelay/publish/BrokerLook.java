package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.PipelineThreads;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Looks at all addresses of the brokers at once, each that a name stands for, as Kafka's client may speak to any of them. One
 * that is dead does not keep the others from being seen, nor does one that fits hide another that does not.
 */
final class BrokerLook {

    private static final Duration RESOLVE_MAX = Duration.ofSeconds(5);
    private static final Duration ASK_MAX = Duration.ofSeconds(8);

    /** No look takes longer. */
    static final Duration TIME_MAX = RESOLVE_MAX.plus(ASK_MAX);

    private final PublisherSettings settings;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(question -> PipelineThreads.daemon("relay-broker-look", question));

    private BrokerLook(PublisherSettings settings) {
        this.settings = settings;
    }

    /**
     * Why no Kafka client should be made: an address speaks something else than the relay (MISCONFIGURED), or none opens.
     * Blocks; where the relay speaks plaintext until all have answered or are given up, else until one opens.
     */
    static Optional<Failure> obstacle(PublisherSettings settings) throws InterruptedException {
        BrokerLook look = new BrokerLook(settings);
        try {
            return look.ask(look.endpoints());
        } finally {
            look.threads.shutdownNow();
        }
    }

    /** The same; one that is interrupted, as when the relay stops, counts as unanswered, and the thread stays interrupted. */
    static Optional<Failure> uninterrupted(PublisherSettings settings) {
        try {
            return obstacle(settings);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(unreachable(settings));
        }
    }

    private record Endpoint(String address, InetSocketAddress socketAddress) {}

    private record Found(String address, Optional<ListenerCheck.Spoken> spoken) {}

    /** Those whose names can be resolved, in time. */
    private List<Endpoint> endpoints() throws InterruptedException {
        List<Callable<List<Endpoint>>> names = new ArrayList<>();
        for (String server : settings.bootstrapServers().split(",", -1)) {
            String address = server.trim();
            names.add(() -> ListenerCheck.resolve(address).stream()
                    .map(socketAddress -> new Endpoint(address, socketAddress))
                    .toList());
        }
        List<Endpoint> endpoints = new ArrayList<>();
        for (Future<List<Endpoint>> resolved :
                threads.invokeAll(names, RESOLVE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                endpoints.addAll(resolved.get());
            } catch (ExecutionException | CancellationException unresolvable) {
                // The other names may do.
            }
        }
        return endpoints;
    }

    private Optional<Failure> ask(List<Endpoint> endpoints) throws InterruptedException {
        long deadline = System.nanoTime() + ASK_MAX.toNanos();
        ExecutorCompletionService<Found> asked = new ExecutorCompletionService<>(threads);
        for (Endpoint endpoint : endpoints) {
            var unused = asked.submit(
                    () -> new Found(endpoint.address(), ListenerCheck.look(endpoint.socketAddress(), settings)));
        }
        boolean open = false;
        for (int i = 0; i < endpoints.size(); i++) {
            Future<Found> answer = asked.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (answer == null) {
                break;
            }
            Found found = found(answer);
            Optional<Failure> mismatch =
                    found.spoken().flatMap(spoken -> ListenerCheck.judge(found.address(), spoken, settings));
            if (mismatch.isPresent()) {
                return mismatch;
            }
            open |= found.spoken().isPresent();
            if (open && settings.encrypts()) {
                break;
            }
        }
        return open ? Optional.empty() : Optional.of(unreachable(settings));
    }

    private static Found found(Future<Found> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private static Failure unreachable(PublisherSettings settings) {
        return Failure.of(
                FailureKind.TRANSIENT,
                "no broker can be reached at " + settings.bootstrapServers(),
                "start Kafka, or correct kafka.bootstrap.servers; the relay goes on by itself once it is reached");
    }
}
