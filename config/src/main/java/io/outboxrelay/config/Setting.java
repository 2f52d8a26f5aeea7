package io.outboxrelay.config;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One setting, described once: the loader, the masking, the JSON Schema and the reference page all go by this.
 *
 * @param key flat and dotted: {@code source.url}
 * @param type what its values look like
 * @param presence whether it must be given, and what counts if it is not
 * @param masking what of its value is never shown, not even in a message about it
 * @param scope whose it is
 * @param only where it has a meaning with one source type alone, else null
 * @param text what it means, for people
 */
record Setting<T>(
        String key,
        ValueType<T> type,
        Presence presence,
        Masking masking,
        Scope scope,
        @Nullable Only only,
        String text) {

    /** Whose a setting is. */
    enum Scope {
        /** Stands once in a file. */
        PROCESS,
        /** Each pipeline has its own. */
        PIPELINE
    }

    /**
     * Settings that have a meaning with one source type alone, and are refused with every other.
     *
     * @param type that one
     * @param because why the others have no use for them, for people: {@code nothing is polled}
     */
    record Only(SourceType type, String because) {}

    /** Whether a setting must be given. */
    sealed interface Presence {}

    /**
     * It must.
     *
     * @param example a value to show to whoever left it out
     * @param unless another setting, which takes its place where that is given; or null
     */
    record Required(String example, @Nullable String unless) implements Presence {}

    /**
     * It need not.
     *
     * @param value what counts then
     * @param unless what counts instead, with these source types
     */
    record Otherwise(String value, Map<SourceType, String> unless) implements Presence {

        String with(@Nullable SourceType type) {
            return type == null ? value : unless.getOrDefault(type, value);
        }
    }

    /**
     * It need not, and then it has no value.
     *
     * @param meaning what that means, for people
     */
    record Optionally(String meaning) implements Presence {}

    static <T> Setting<T> required(String key, ValueType<T> type, String example, String text) {
        return new Setting<>(key, type, new Required(example, null), Masking.NOTHING, Scope.PIPELINE, null, text);
    }

    static <T> Setting<T> otherwise(String key, ValueType<T> type, String value, String text) {
        return new Setting<>(key, type, new Otherwise(value, Map.of()), Masking.NOTHING, Scope.PIPELINE, null, text);
    }

    static <T> Setting<T> optional(String key, ValueType<T> type, String meaning, String text) {
        return new Setting<>(key, type, new Optionally(meaning), Masking.NOTHING, Scope.PIPELINE, null, text);
    }

    /** The same, with this never shown. */
    Setting<T> masked(Masking what) {
        return new Setting<>(key, type, presence, what, scope, only, text);
    }

    /** The same, for the process as a whole. */
    Setting<T> ofProcess() {
        return new Setting<>(key, type, presence, masking, Scope.PROCESS, only, text);
    }

    /** The same, where this other setting is not given in its place. */
    Setting<T> orElse(String other) {
        return new Setting<>(
                key, type, new Required(((Required) presence).example(), other), masking, scope, only, text);
    }

    /** The same, for one source type alone. */
    Setting<T> only(SourceType with, String because) {
        return new Setting<>(key, type, presence, masking, scope, new Only(with, because), text);
    }

    /** The same, with another default for one source type. */
    Setting<T> unless(SourceType with, String value) {
        Otherwise otherwise = (Otherwise) presence;
        return new Setting<>(
                key, type, new Otherwise(otherwise.value(), Map.of(with, value)), masking, scope, only, text);
    }

    /** Whether it has a meaning with this source type; with one that is not known, each may have. */
    boolean isFor(@Nullable SourceType with) {
        return only == null || with == null || only.type() == with;
    }

    /** With which source type alone it has a meaning. */
    Optional<SourceType> onlyWith() {
        return Optional.ofNullable(only).map(Only::type);
    }

    /** The value of a text, with what is wrong said so that no secret shows. */
    T parse(String value) {
        try {
            return type.parse(value);
        } catch (UnusableValue e) {
            throw masking == Masking.ALL ? new UnusableValue("its value cannot be used", "give " + type.shape()) : e;
        }
    }
}
