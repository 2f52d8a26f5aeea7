package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.Identifiers;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a stored state says anything about the outbox as it stands. Where it does not, an operator decides: each failure names
 * the statement that each decision takes. Nothing is guessed, as rows that are wrongly taken for published are lost.
 *
 * @param stateTable the quoted name of the table of states
 * @param table the outbox's and its sequence's quoted names
 * @param here what the session reads
 * @param timeline on which the server is
 */
record StatePosition(String stateTable, Names table, StateOrigin here, long timeline) {

    private static final String START = "; then start the relay again";
    private static final int SHOWN_GAPS_MAX = 1_000;

    /**
     * What is read, quoted.
     *
     * @param outbox the table
     * @param sequence where its numbers come from
     */
    record Names(String outbox, String sequence) {}

    /**
     * What the state says, where it is one of this outbox.
     *
     * @param lastDrawn the sequence's last number, asked for after the state was read
     * @throws RelayException POSITION_LOST
     */
    PublishedExtent check(StoredState stored, long lastDrawn) {
        if (stored.format() != StateSql.FORMAT) {
            throw lost(
                    "is in format " + stored.format() + ", and this version of the relay knows " + StateSql.FORMAT,
                    "run the version that wrote it, or a later one; else publish everything that stands in it again: "
                            + forget(table.outbox()));
        }
        List<String> differences = stored.origin().differences(here);
        if (lastDrawn < stored.extent().top()) {
            throw lost(
                    wentBack(stored.extent().top(), lastDrawn)
                            + differences.stream().map(it -> ", and " + it).collect(Collectors.joining()),
                    "if the sequence alone was left behind, as by a restore of rows without it, and nothing was written since, go on"
                            + " from it: SELECT setval(" + Identifiers.literal(table.sequence()) + ", "
                            + stored.extent().top() + "); " + adopt(stored.version()) + orStartOver());
        }
        if (!differences.isEmpty()) {
            throw lost(
                    "is not of what stands there now: " + String.join(", ", differences),
                    "if rows, sequence and state came here together, as by pg_upgrade or the restore of a dump, and no number up to "
                            + stored.extent().top() + " was drawn again since, go on from it: "
                            + adopt(stored.version()) + orStartOver());
        }
        try {
            return PublishedExtent.stored(
                    stored.extent().top(), stored.extent().lo(), stored.extent().hi());
        } catch (IllegalArgumentException e) {
            throw lost(
                    "is damaged: " + e.getMessage(),
                    "publish everything that stands in it again: " + forget(table.outbox()));
        }
    }

    /** @param other under which name a row of this table stands, or null */
    void checkNotRenamed(@Nullable String other) {
        if (other != null) {
            throw lost(
                    "is not there, but the same table has one as " + other,
                    "if the table was renamed, go on from it: UPDATE " + stateTable + " SET outbox = "
                            + Identifiers.literal(table.outbox()) + ", version = version + 1 WHERE outbox = "
                            + Identifiers.literal(other) + "; else publish everything that stands in it again: "
                            + forget(other));
        }
    }

    /**
     * The state is no longer there, though the relay did not stop since it stored it.
     *
     * @param last what it said
     */
    RelayException gone(SessionLineage.Published last) {
        String again = "to publish everything that stands in the outbox again, just start the relay again";
        return new RelayException(
                FailureKind.POSITION_LOST,
                "the state of " + table.outbox() + " in " + stateTable + " was deleted while the relay ran",
                last.extent().gaps().size() > SHOWN_GAPS_MAX
                        ? "restore the row from a backup and start the relay again; " + again
                        : "if that was a mistake, go on from it: " + restore(last) + START + "; " + again);
    }

    /** Numbers that were read are drawn again. */
    RelayException wentBack(long version, long top, long lastDrawn) {
        return lost(
                wentBack(top, lastDrawn),
                "if nothing was written since, go on from it: SELECT setval(" + Identifiers.literal(table.sequence())
                        + ", " + top + "); " + adopt(version) + orStartOver());
    }

    private static String wentBack(long top, long lastDrawn) {
        return "says that numbers up to " + top + " are known, and the sequence has drawn only up to " + lastDrawn
                + ": numbers are drawn again";
    }

    private RelayException lost(String what, String remedy) {
        return new RelayException(
                FailureKind.POSITION_LOST,
                "the state of " + table.outbox() + " in " + stateTable + " " + what,
                remedy + START);
    }

    private String orStartOver() {
        return "; else publish everything that stands in it again: " + forget(table.outbox());
    }

    private String adopt(long version) {
        return "UPDATE " + stateTable + " SET system_identifier = " + here.systemIdentifier() + ", timeline = "
                + timeline
                + ", outbox_oid = " + here.outbox() + ", sequence_oid = " + here.sequence() + ", sequence_filenode = "
                + here.sequenceFilenode() + ", version = version + 1 WHERE outbox = "
                + Identifiers.literal(table.outbox()) + " AND version = " + version;
    }

    /** With the origin of then: whether that is the present one is for the next start to say. */
    private String restore(SessionLineage.Published last) {
        StateOrigin then = last.origin();
        PublishedExtent extent = last.extent();
        return "INSERT INTO " + stateTable
                + " (outbox, format, version, system_identifier, timeline, outbox_oid, sequence_oid,"
                + " sequence_filenode, top, gaps_lo, gaps_hi, stored_at) VALUES ("
                + Identifiers.literal(table.outbox()) + ", " + StateSql.FORMAT + ", 1, " + then.systemIdentifier()
                + ", " + last.timeline() + ", " + then.outbox() + ", " + then.sequence() + ", "
                + then.sequenceFilenode() + ", '" + extent.top() + "', " + array(extent.gapsLo()) + ", "
                + array(extent.gapsHi()) + ", now())";
    }

    private String forget(String name) {
        return "DELETE FROM " + stateTable + " WHERE outbox = " + Identifiers.literal(name);
    }

    private static String array(long[] numbers) {
        return Arrays.stream(numbers).mapToObj(String::valueOf).collect(Collectors.joining(",", "'{", "}'"));
    }
}
