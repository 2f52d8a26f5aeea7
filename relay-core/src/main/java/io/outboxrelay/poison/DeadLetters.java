package io.outboxrelay.poison;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxMessage.Header;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes dead letters as the settings say. A dead letter has the event's key, payload, time and headers untouched, and behind these the
 * headers {@code dlq-*}.
 */
public final class DeadLetters implements PoisonPolicy {

    /** What the names of the headers begin with that a dead letter has besides its event's. */
    public static final String HEADER_PREFIX = "dlq-";

    /** What Kafka says of an error has no bound of its own. */
    private static final int MESSAGE_CHARACTERS_MAX = 1_000;

    private final PoisonSettings settings;
    private final Origin origin;
    private final InstantSource clock;
    private final Consumer<DeadLetter> onDeadLetter;

    /**
     * Where dead letters come from.
     *
     * @param source the outbox, in words: its table, or the prefix of its messages
     * @param relayVersion of the relay that gave the event up
     */
    public record Origin(String source, String relayVersion) {}

    /** @param onDeadLetter is told of each, on the loop's thread */
    public DeadLetters(PoisonSettings settings, Origin origin, InstantSource clock, Consumer<DeadLetter> onDeadLetter) {
        this.settings = settings;
        this.origin = origin;
        this.clock = clock;
        this.onDeadLetter = onDeadLetter;
    }

    @Override
    public @Nullable OutboxMessage instead(OutboxMessage message, Failure why) {
        PoisonReason reason = why.reason();
        if (reason == null || settings.action(reason, message.type()) == PoisonAction.HALT) {
            return null;
        }
        String now = clock.instant().truncatedTo(ChronoUnit.MILLIS).toString();
        List<Header> headers = new ArrayList<>(message.headers());
        add(headers, "reason", reason.label());
        add(headers, "message", abbreviated(why.problems().get(0).what()));
        add(headers, "source", origin.source());
        if (!message.topic().isEmpty()) {
            add(headers, "topic", message.topic());
        }
        add(headers, "event-id", message.id());
        if (message.type() != null) {
            add(headers, "type", message.type());
        }
        // What is poison would be refused at every attempt, so there is one; an outage is none.
        add(headers, "attempts", "1");
        add(headers, "first-failure", now);
        add(headers, "last-failure", now);
        add(headers, "relay-version", origin.relayVersion());
        return new OutboxMessage(
                message.id(),
                settings.topic(),
                message.key(),
                message.value(),
                List.copyOf(headers),
                message.timestampMillis(),
                message.type());
    }

    @Override
    public void stands(DeadLetter letter) {
        onDeadLetter.accept(letter);
    }

    private static void add(List<Header> headers, String name, String value) {
        headers.add(new Header(HEADER_PREFIX + name, value.getBytes(UTF_8)));
    }

    private static String abbreviated(String text) {
        return text.length() <= MESSAGE_CHARACTERS_MAX ? text : text.substring(0, MESSAGE_CHARACTERS_MAX) + "...";
    }
}
