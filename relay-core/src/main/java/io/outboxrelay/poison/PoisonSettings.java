package io.outboxrelay.poison;

import io.outboxrelay.failure.PoisonReason;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of events that can never be published: first as is said of the event's type, else of the reason, else of all.
 *
 * @param otherwise of all
 * @param byReason of some reasons
 * @param byType of some types of events, as the column of types has them
 * @param topic where dead letters go
 */
public record PoisonSettings(
        PoisonAction otherwise,
        Map<PoisonReason, PoisonAction> byReason,
        Map<String, PoisonAction> byType,
        String topic) {

    /** Where dead letters go unless something else is said. */
    public static final String TOPIC_DEFAULT = "outbox.dead-letters";

    /** The relay stops in front of each. */
    public static final PoisonSettings HALT = new PoisonSettings(PoisonAction.HALT, Map.of(), Map.of(), TOPIC_DEFAULT);

    public PoisonSettings {
        byReason = Map.copyOf(byReason);
        byType = Map.copyOf(byType);
    }

    /** @param type of the event; null where it has none */
    public PoisonAction action(PoisonReason reason, @Nullable String type) {
        PoisonAction ofType = type == null ? null : byType.get(type);
        return ofType != null ? ofType : byReason.getOrDefault(reason, otherwise);
    }

    /** Whether any event may become a dead letter. */
    public boolean hasDeadLetters() {
        return otherwise == PoisonAction.DEAD_LETTER
                || byReason.containsValue(PoisonAction.DEAD_LETTER)
                || byType.containsValue(PoisonAction.DEAD_LETTER);
    }
}
