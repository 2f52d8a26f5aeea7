package io.outboxrelay.config;

/**
 * The key of a setting, and whose it is: {@code pipelines.orders.source.url} is {@code source.url} of the pipeline
 * {@code orders}. Its text is the whole.
 *
 * @param within {@code pipelines.orders.}, or empty
 * @param key flat and dotted: {@code source.url}; empty where the whole is the pipeline itself
 */
record KeyPath(String within, String key) {

    /** Of the group that pipelines stand in, by their names. */
    static final String PIPELINES = "pipelines";

    /** Divides a whole key. */
    static KeyPath of(String whole) {
        if (!whole.startsWith(PIPELINES + ".")) {
            return new KeyPath("", whole);
        }
        int dot = whole.indexOf('.', PIPELINES.length() + 1);
        return dot < 0
                ? new KeyPath(whole + ".", "")
                : new KeyPath(whole.substring(0, dot + 1), whole.substring(dot + 1));
    }

    /** Of a pipeline of this name. */
    static String within(String pipeline) {
        return PIPELINES + "." + pipeline + ".";
    }

    /** The name of the pipeline; empty where none is named. */
    String pipeline() {
        return within.isEmpty() ? "" : within.substring(PIPELINES.length() + 1, within.length() - 1);
    }

    /** Another setting beside this one; what is the process's is so everywhere. */
    KeyPath beside(String other) {
        return KnownSettings.isOfProcess(other) ? new KeyPath("", other) : new KeyPath(within, other);
    }

    @Override
    public String toString() {
        return key.isEmpty() && !within.isEmpty() ? within.substring(0, within.length() - 1) : within + key;
    }
}
