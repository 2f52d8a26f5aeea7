package io.outboxrelay.sidecar;

import io.outboxrelay.config.LogFormat;
import io.outboxrelay.config.RelaySettings;
import io.outboxrelay.failure.RelayException;
import java.io.PrintWriter;
import java.util.List;

/**
 * What {@code outbox-relay run} does, however its arguments were understood.
 *
 * @param exitOnFailure whether it ends when an operator is needed
 * @param err where people are told why it does not start
 */
record RelayStart(SettingsOptions settings, boolean exitOnFailure, PrintWriter err) {

    /** Relays until it is told to stop; returns the exit status. */
    int untilStopped() throws InterruptedException {
        LogFormat format = settings.logFormat();
        LogSwitch.set(format);
        Refusals refusals = Refusals.by(format, err);
        RelaySettings loaded;
        try {
            loaded = settings.load();
        } catch (RelayException e) {
            refusals.tell(List.of(e.failure()));
            return ExitCodes.MISCONFIGURED;
        }
        return new RelayRun(loaded, exitOnFailure, refusals).untilStopped();
    }
}
