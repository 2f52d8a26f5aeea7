package io.outboxrelay.debezium;

import java.util.Map;
import java.util.Set;

/**
 * Further settings of Debezium's connector, by its names, as somebody gave them. What an extension calls its password is known to it
 * alone, so the text shows names and no value. Immutable.
 */
public final class PassedThrough {

    /** No further settings. */
    public static final PassedThrough NOTHING = new PassedThrough(Map.of());

    private final Map<String, String> settings;

    private PassedThrough(Map<String, String> settings) {
        this.settings = Map.copyOf(settings);
    }

    /** These, none of which {@link RefusedSettings} refuses. */
    public static PassedThrough of(Map<String, String> settings) {
        return new PassedThrough(settings);
    }

    /** For the connector. */
    public Map<String, String> settings() {
        return settings;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PassedThrough that && settings.equals(that.settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        Set<String> names = settings.keySet();
        return names.toString();
    }
}
