package io.outboxrelay.publish;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Wakeup;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes publishers, one after the other, each an attempt of its own. Remembers between them what a single attempt cannot
 * know: topics in which messages have to go one by one, and whether earlier producers have ended. A producer that has been
 * closed may for a moment still write; if the next one began meanwhile, an old message could land behind newer ones.
 *
 * <p>Belongs to the loop's thread.
 */
public final class KafkaPublishers {

    private final Supplier<PublisherSettings> settings;
    private final ProducerWatch watch;
    private final CarefulTopics carefulTopics = new CarefulTopics();
    private final List<KafkaPublisher> ending = new ArrayList<>();
    private @Nullable KafkaPublisher current;

    /** @param settings asked anew for each publisher: passwords and certificates may have been replaced meanwhile */
    public KafkaPublishers(Supplier<PublisherSettings> settings) {
        this(settings, ProducerWatch.none());
    }

    /**
     * @param settings asked anew for each publisher: passwords and certificates may have been replaced meanwhile
     * @param watch is told of each producer
     */
    public KafkaPublishers(Supplier<PublisherSettings> settings, ProducerWatch watch) {
        this.settings = settings;
        this.watch = watch;
    }

    /**
     * A new publisher. Closes the previous one; messages are held until that one has ended.
     *
     * @param wakeup called, from any thread, whenever {@link Publisher#drain} has something to do
     * @throws RelayException TRANSIENT when no broker's host name can be resolved or a login service is away; MISCONFIGURED when
     *     no producer can be made of the settings, unless one was made before
     */
    public Publisher open(Wakeup wakeup) {
        KafkaPublisher before = current;
        if (before != null) {
            before.close();
            ending.add(before);
            current = null;
        }
        try {
            KafkaPublisher opened =
                    new KafkaPublisher(settings.get(), wakeup, carefulTopics, this::haveOthersEnded, watch);
            current = opened;
            return opened;
        } catch (RelayException e) {
            throw before == null && ending.isEmpty() ? e : new RelayException(asTransient(e.failure()));
        }
    }

    private boolean haveOthersEnded() {
        ending.removeIf(KafkaPublisher::hasEnded);
        return ending.isEmpty();
    }

    /** The same settings made a producer before: a file is being replaced, a service is away. */
    private static Failure asTransient(Failure failure) {
        return failure.as(FailureKind.TRANSIENT);
    }
}
