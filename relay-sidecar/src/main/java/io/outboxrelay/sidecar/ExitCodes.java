package io.outboxrelay.sidecar;

/** How the process ends. What is misconfigured has the number that {@code sysexits.h} calls EX_CONFIG, a bug that of EX_SOFTWARE. */
final class ExitCodes {

    /** A clean stop: everything that was on its way is published and forgotten. */
    static final int STOPPED = 0;

    /** It failed and was told to end then, or something was still on its way when it had to stop. */
    static final int FAILED = 1;

    /** An invariant of the relay is broken. */
    static final int BUG = 70;

    /** Arguments, settings, or what they point at, cannot work. */
    static final int MISCONFIGURED = 78;

    private ExitCodes() {}
}
