package io.outboxrelay.config;

/**
 * One setting, described once: the loader, the masking, the JSON Schema and the reference page all go by this.
 *
 * @param key flat and dotted: {@code source.url}
 * @param type what its values look like
 * @param presence whether it must be given, and what counts if it is not
 * @param masking what of its value is never shown, not even in a message about it
 * @param scope whose it is
 * @param text what it means, for people
 */
record Setting<T>(String key, ValueType<T> type, Presence presence, Masking masking, Scope scope, String text) {

    /** Whose a setting is. */
    enum Scope {
        /** Stands once in a file. */
        PROCESS,
        /** Each pipeline has its own. */
        PIPELINE
    }

    /** Whether a setting must be given. */
    sealed interface Presence {}

    /**
     * It must.
     *
     * @param example a value to show to whoever left it out
     */
    record Required(String example) implements Presence {}

    /**
     * It need not.
     *
     * @param value what counts then
     */
    record Otherwise(String value) implements Presence {}

    /**
     * It need not, and then it has no value.
     *
     * @param meaning what that means, for people
     */
    record Optionally(String meaning) implements Presence {}

    static <T> Setting<T> required(String key, ValueType<T> type, String example, String text) {
        return new Setting<>(key, type, new Required(example), Masking.NOTHING, Scope.PIPELINE, text);
    }

    static <T> Setting<T> otherwise(String key, ValueType<T> type, String value, String text) {
        return new Setting<>(key, type, new Otherwise(value), Masking.NOTHING, Scope.PIPELINE, text);
    }

    static <T> Setting<T> optional(String key, ValueType<T> type, String meaning, String text) {
        return new Setting<>(key, type, new Optionally(meaning), Masking.NOTHING, Scope.PIPELINE, text);
    }

    /** The same, with this never shown. */
    Setting<T> masked(Masking what) {
        return new Setting<>(key, type, presence, what, scope, text);
    }

    /** The same, for the process as a whole. */
    Setting<T> ofProcess() {
        return new Setting<>(key, type, presence, masking, Scope.PROCESS, text);
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
