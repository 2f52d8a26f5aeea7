package io.outboxrelay.ack;

/**
 * The bounds of what is in flight. They bound the relay's memory and, after a kill, the repeats.
 *
 * @param recordsMax entries in flight at most, 1 to 1,000,000
 * @param bytesMax bytes in flight at most, from 1 MiB; a single record may exceed it when it is alone
 */
public record WindowSettings(int recordsMax, long bytesMax) {

    public static final WindowSettings DEFAULTS = new WindowSettings(20_000, 24L * 1024 * 1024);

    public WindowSettings {
        if (recordsMax < 1 || recordsMax > 1_000_000) {
            throw new IllegalArgumentException("recordsMax must be 1 to 1000000, not " + recordsMax);
        }
        if (bytesMax < 1024 * 1024) {
            throw new IllegalArgumentException("bytesMax must be at least 1 MiB (1048576), not " + bytesMax);
        }
    }
}
