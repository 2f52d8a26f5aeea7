package io.outboxrelay.jdbc.slot;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postgresql.replication.LogSequenceNumber;

/**
 * How far a stream is settled: everything that committed before the LSN is. Kept outside the database, and there before the slot
 * is told, so that a slot that stands further than this has lost something. Immutable.
 *
 * @param systemIdentifier of the cluster, made by initdb; unsigned
 * @param timeline on which the LSN lies; 1 or more
 * @param lsn a place in the log, in bytes
 * @param publication which version of the publication rows came through, see {@link PublicationFound#version}
 */
public record StreamPosition(long systemIdentifier, long timeline, long lsn, String publication) {

    private static final int FORMAT = 1;
    private static final Pattern TEXT =
            Pattern.compile("(\\d+) (\\d{1,20}) (\\d{1,10}) ([0-9A-F]{1,8}/[0-9A-F]{1,8}) ([0-9./-]*)");

    /** The same stream at another place in the log. */
    public StreamPosition at(long place) {
        return new StreamPosition(systemIdentifier, timeline, place, publication);
    }

    /** One line, to be stored; {@link #parse} reads it. */
    public String text() {
        return FORMAT + " " + Long.toUnsignedString(systemIdentifier) + " " + timeline + " " + shown(lsn) + " "
                + publication;
    }

    /**
     * What was stored.
     *
     * @throws IllegalArgumentException if the text is no position of this format; the message says so without a remedy
     */
    public static StreamPosition parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no position in a log");
        }
        if (!parts.group(1).equals(String.valueOf(FORMAT))) {
            throw new IllegalArgumentException(
                    "the position is in format " + parts.group(1) + ", and this version of the relay knows " + FORMAT);
        }
        return new StreamPosition(
                Long.parseUnsignedLong(parts.group(2)),
                Long.parseLong(parts.group(3)),
                LogSequenceNumber.valueOf(parts.group(4)).asLong(),
                parts.group(5));
    }

    /** As PostgreSQL writes it. */
    public static String shown(long lsn) {
        return LogSequenceNumber.valueOf(lsn).asString();
    }

    /** As a stamp names it. */
    String name() {
        return Long.toUnsignedString(systemIdentifier) + "/" + timeline + "/" + shown(lsn);
    }
}
