package io.outboxrelay.sidecar.letters;

import io.outboxrelay.publish.SideClients;
import io.outboxrelay.publish.TopicScan;
import java.time.Duration;
import java.util.function.Predicate;

/** Those dead letters of a topic that are meant, in the order of each partition. Used by one thread. */
public final class Letters {

    private final SideClients clients;
    private final String topic;
    private final LetterFilter filter;
    private final Duration silenceMax;

    /** @param silenceMax how long the brokers may give nothing that they said was there */
    public Letters(SideClients clients, String topic, LetterFilter filter, Duration silenceMax) {
        this.clients = clients;
        this.topic = topic;
        this.filter = filter;
        this.silenceMax = silenceMax;
    }

    /**
     * Reads what stands there now, from the beginning.
     *
     * @param each takes a letter, and says whether to go on
     * @return false where there is no such topic
     * @throws io.outboxrelay.failure.RelayException TRANSIENT when the brokers do not answer, or the relay may not read the topic
     */
    public boolean read(Predicate<StandingLetter> each) {
        return new TopicScan(clients, topic, silenceMax).read(message -> {
            StandingLetter letter = new StandingLetter(message);
            return !filter.takes(letter) || each.test(letter);
        });
    }
}
