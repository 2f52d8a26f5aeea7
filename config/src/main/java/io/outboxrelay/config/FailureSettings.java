package io.outboxrelay.config;

import static io.outboxrelay.config.Setting.optional;
import static io.outboxrelay.config.Setting.otherwise;

import io.outboxrelay.config.KnownSettings.Family;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.poison.PoisonAction;
import io.outboxrelay.poison.PoisonSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What becomes of events that can never be published: its settings, and how they are read. */
final class FailureSettings {

    private static final ValueType<PoisonAction> ACTION =
            ValueType.choice(Map.of("halt", PoisonAction.HALT, "dead-letter", PoisonAction.DEAD_LETTER));

    static final Setting<PoisonAction> POISON = otherwise(
            "failures.poison",
            ACTION,
            "halt",
            "What becomes of an event that can never be published: `halt` stops in front of it and says why; `dead-letter` publishes it to"
                    + " `failures.deadLetterTopic`, and those behind it go on. See [dead letters](dead-letters.md).");

    /** By reason, in their order. */
    private static final Map<PoisonReason, Setting<PoisonAction>> REASONS = reasons();

    static final Setting<String> DEAD_LETTER_TOPIC = optional(
            "failures.deadLetterTopic",
            ValueType.topic(),
            "`" + PoisonSettings.TOPIC_DEFAULT + "`",
            "Where dead letters go, and refused where there are none. Let it take messages as large as any of the others do.");

    static final Family TYPES = new Family(
            "failures.types.",
            "<event type>",
            name -> Masking.NOTHING,
            null,
            "The same for events of this type alone, whatever the reason: `halt` or `dead-letter`. Goes before all else."
                    + " `outbox.columns.type` names the column.");

    private FailureSettings() {}

    private static Map<PoisonReason, Setting<PoisonAction>> reasons() {
        Map<PoisonReason, Setting<PoisonAction>> settings = new EnumMap<>(PoisonReason.class);
        for (PoisonReason reason : PoisonReason.values()) {
            settings.put(
                    reason,
                    optional(
                            "failures.reasons." + reason.label(),
                            ACTION,
                            "what `failures.poison` says",
                            "The same for events " + reason.events() + "."));
        }
        return Collections.unmodifiableMap(settings);
    }

    /** In the order of the reference page. */
    static List<Setting<?>> all() {
        List<Setting<?>> all = new ArrayList<>(List.of(POISON));
        all.addAll(REASONS.values());
        all.add(DEAD_LETTER_TOPIC);
        return all;
    }

    /** The settings, once there is nothing wrong with them. */
    static PoisonSettings read(SettingValues values) {
        Map<PoisonReason, PoisonAction> byReason = new EnumMap<>(PoisonReason.class);
        REASONS.forEach((reason, setting) -> values.find(setting).ifPresent(action -> byReason.put(reason, action)));
        Map<String, PoisonAction> byType = new HashMap<>();
        values.family(TYPES).forEach((type, action) -> byType.put(type, ACTION.parse(action)));
        return new PoisonSettings(values.get(POISON), byReason, byType, topic(values));
    }

    /** Where dead letters go. */
    static String topic(SettingValues values) {
        return values.find(DEAD_LETTER_TOPIC).orElse(PoisonSettings.TOPIC_DEFAULT);
    }

    /**
     * Whether an action can be read.
     *
     * @throws UnusableValue when not
     */
    static void requireAction(String action) {
        ACTION.parse(action);
    }

    /** Whether somebody asks for the types of events: what is said of some of them, or dead letters, which bear them where the column is named. */
    static boolean asksForTypes(SettingValues values) {
        return !values.family(TYPES).isEmpty()
                || (values.given(KnownSettings.COLUMN_TYPE.key()) != null && hasDeadLetters(values));
    }

    /** Whether any event may become a dead letter, as far as can be read. */
    static boolean hasDeadLetters(SettingValues values) {
        return Stream.concat(Stream.of(POISON), REASONS.values().stream())
                        .anyMatch(setting -> values.find(setting).orElse(null) == PoisonAction.DEAD_LETTER)
                || values.family(TYPES).containsValue("dead-letter");
    }
}
