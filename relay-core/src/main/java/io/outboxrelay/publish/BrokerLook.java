package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.PipelineThreads;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
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

    /** Before an address is asked again that cut the connection: a broker that begins or ends does so for a moment. */
    private static final long AGAIN_MILLIS = 300;

    /** No look takes longer. */
    static final Duration TIME_MAX = RESOLVE_MAX.plus(ASK_MAX);

    private final PublisherSettings settings;
    private final Duration askMax;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(question -> PipelineThreads.daemon("relay-broker-look", question));

    private BrokerLook(PublisherSettings settings, Duration askMax) {
        this.settings = settings;
        this.askMax = askMax;
    }

    /**
     * Why no Kafka client should be made: an address speaks something else than the relay (MISCONFIGURED), none opens, or none that
     * does answers as Kafka. Blocks; where the relay speaks plaintext until all have answered or are given up, else until one opens.
     */
    static Optional<Failure> obstacle(PublisherSettings settings) throws InterruptedException {
        return obstacle(settings, ASK_MAX);
    }

    /** @param askMax how long addresses that were resolved are given to answer as Kafka */
    static Optional<Failure> obstacle(PublisherSettings settings, Duration askMax) throws InterruptedException {
        BrokerLook look = new BrokerLook(settings, askMax);
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

    /**
     * What an address was seen to be.
     *
     * @param first whether it had not been asked before
     */
    private record Found(Endpoint endpoint, boolean first, Optional<ListenerCheck.Spoken> spoken) {
        boolean opens() {
            return spoken.isPresent();
        }

        boolean answersAsKafka() {
            return opens() && !spoken.equals(Optional.of(ListenerCheck.Spoken.NOT_KAFKA));
        }
    }

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
        long deadline = System.nanoTime() + askMax.toNanos();
        ExecutorCompletionService<Found> asked = new ExecutorCompletionService<>(threads);
        endpoints.forEach(endpoint -> ask(endpoint, true, asked));
        SortedSet<String> silent = new TreeSet<>();
        int unheard = endpoints.size();
        boolean open = false;
        // One that is silent may be slow, or begin just now: while none answers it is asked again.
        while (unheard > 0 || (!open && !silent.isEmpty())) {
            Future<Found> answer = asked.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (answer == null) {
                break;
            }
            Found found = found(answer);
            unheard -= found.first() ? 1 : 0;
            String address = found.endpoint().address();
            Optional<Failure> mismatch =
                    found.spoken().flatMap(spoken -> ListenerCheck.judge(address, spoken, settings));
            if (mismatch.isPresent()) {
                return mismatch;
            }
            open |= found.answersAsKafka();
            if (open && settings.encrypts()) {
                break;
            }
            if (found.opens() && !found.answersAsKafka()) {
                silent.add(address);
            }
            if (silent.contains(address) && !open) {
                ask(found.endpoint(), false, asked);
            }
        }
        if (open) {
            return Optional.empty();
        }
        return Optional.of(silent.isEmpty() ? unreachable(settings) : noKafka(silent));
    }

    private void ask(Endpoint endpoint, boolean first, ExecutorCompletionService<Found> asked) {
        var unused = asked.submit(() -> {
            if (!first) {
                TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
            }
            return new Found(endpoint, first, ListenerCheck.look(endpoint.socketAddress(), settings));
        });
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

    private static Failure noKafka(SortedSet<String> addresses) {
        return Failure.of(
                FailureKind.TRANSIENT,
                String.join(", ", addresses) + " connects, but does not answer as Kafka",
                "correct kafka.bootstrap.servers where something else listens there, or see what keeps the broker from answering;"
                        + " the relay goes on by itself once it does");
    }
}
