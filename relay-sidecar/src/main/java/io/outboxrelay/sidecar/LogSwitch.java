package io.outboxrelay.sidecar;

import io.outboxrelay.config.LogFormat;
import java.util.Locale;

/**
 * Chooses how the log is written. Logback is set up when the first logger is made, once: so this comes before it, and no class that holds
 * a logger may be used earlier.
 */
final class LogSwitch {

    private LogSwitch() {}

    static void set(LogFormat format) {
        System.setProperty("outboxrelay.logging.format", format.name().toLowerCase(Locale.ROOT));
        System.setProperty("outboxrelay.version", Version.number());
    }
}
