package io.outboxrelay.jdbc.slot;

/**
 * The server as one look saw it.
 *
 * @param version as in {@code server_version_num}
 * @param walLevel the setting
 * @param standby whether it is in recovery; then timeline and written are 0
 * @param systemIdentifier of the cluster, unsigned
 * @param timeline that it writes
 * @param writtenLsn up to where its log is written
 */
public record ServerFound(
        int version, String walLevel, boolean standby, long systemIdentifier, long timeline, long writtenLsn) {}
