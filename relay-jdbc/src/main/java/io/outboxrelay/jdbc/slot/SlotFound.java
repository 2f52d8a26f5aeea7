package io.outboxrelay.jdbc.slot;

import org.jspecify.annotations.Nullable;

/**
 * The slot as one look saw it.
 *
 * @param output what decodes for it
 * @param place from where and up to where
 * @param holder the process id of whoever streams from it, or null
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 * @param failover whether it is kept on standbys as well
 */
public record SlotFound(
        Output output, Place place, @Nullable Integer holder, String walStatus, boolean failover) {

    /**
     * What decodes.
     *
     * @param plugin the output plugin; null of a physical slot
     * @param database that it belongs to; null of a physical slot
     * @param here whether that is the one that was asked
     * @param temporary whether it ends with its session
     * @param twoPhase whether it hands on what is prepared before that is committed
     */
    public record Output(
            @Nullable String plugin, @Nullable String database, boolean here, boolean temporary, boolean twoPhase) {}

    /**
     * Places in the log.
     *
     * @param restartLsn from where the log is kept; null once it is lost
     * @param confirmedLsn up to where it was told that everything is settled; null while it is being made
     * @param retainedBytes how much of the log stands because of it
     */
    public record Place(@Nullable Long restartLsn, @Nullable Long confirmedLsn, long retainedBytes) {}

    /** Whether what it stood for is no longer in the log. */
    boolean isLost() {
        return walStatus.equals("lost") || place.restartLsn() == null;
    }
}
