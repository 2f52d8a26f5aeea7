package io.outboxrelay.sidecar;

import java.time.Duration;

/** Lengths of time for people. */
final class Durations {

    private Durations() {}

    /** {@code 340 ms}, {@code 12 s}, {@code 3 min}, {@code 5 h}. */
    static String shown(Duration time) {
        if (time.toSeconds() < 1) {
            return time.toMillis() + " ms";
        }
        if (time.toMinutes() < 2) {
            return time.toSeconds() + " s";
        }
        return time.toHours() < 2 ? time.toMinutes() + " min" : time.toHours() + " h";
    }
}
