package io.outboxrelay.jdbc.slot;

import static io.outboxrelay.failure.FailureKind.FENCED;
import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.POSITION_LOST;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.FailureKind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether the slot is the one that the stream began with, and still has everything that follows upon what is stored. Immutable.
 *
 * @param stored how far the stream is known to be settled, or null where nothing is stored
 * @param reached what was stored when the look began, so that the server's log has to reach it; what was stored since may be of commits
 *     that the look did not see
 * @param history of the server's timelines; empty where it is still on the one of what is stored
 */
record SlotChecks(
        SlotRequest request,
        StreamStatements statements,
        @Nullable StreamPosition stored,
        @Nullable StreamPosition reached,
        TimelineHistory history) {

    /** Since when pgoutput hands on what pg_logical_emit_message wrote. */
    private static final int MESSAGES_SINCE = 140_000;

    private static final String NOT_THROUGH_IT = "what was committed before is not read through the new slot";

    /** Leads the statements as a comment, so that what is printed stays SQL. */
    private static final String REPAIR =
            "/* outbox-relay repair --config FILE publishes what stands in the table and goes on behind it; to leave that out, run: */ ";

    /** Whether the server can be read from at all; null if it can. */
    @Nullable
    Finding ofServer(ServerFound server) {
        if (server.standby()) {
            return new Finding(
                    Finding.SERVER,
                    TRANSIENT,
                    "the server is a standby; only the primary can be relayed from",
                    List.of(),
                    "point source.url to the primary, or list all hosts and add targetServerType=primary; the relay waits for a"
                            + " promotion");
        }
        if (request.table() == null && server.version() < MESSAGES_SINCE) {
            return new Finding(
                    Finding.SERVER,
                    MISCONFIGURED,
                    "PostgreSQL " + server.version() / 10_000
                            + " hands no logical messages on, and nothing would be published:"
                            + " an outbox without a table takes PostgreSQL 14 or later",
                    List.of(),
                    "use an outbox that is a table (outbox.table instead of source.messagePrefix), or upgrade the server");
        }
        if (!server.walLevel().equals("logical")) {
            return new Finding(
                    Finding.SERVER,
                    MISCONFIGURED,
                    "wal_level is " + server.walLevel() + ", so rows cannot be read from the log",
                    List.of("ALTER SYSTEM SET wal_level = logical"),
                    "as a superuser; then restart the server");
        }
        return null;
    }

    /** Whether the slot is one that the relay can use at all; null if it can, or if there is none. */
    @Nullable
    Finding ofKind(StreamLook look) {
        SlotFound slot = look.slot();
        if (slot == null) {
            return null;
        }
        SlotFound.Output output = slot.output();
        String wrong = output.plugin() == null
                ? "is a physical one"
                : !output.here()
                        ? "belongs to the database " + output.database()
                        : !output.plugin().equals("pgoutput")
                                ? "decodes by " + output.plugin() + ", not by pgoutput"
                                : output.temporary() ? "is a temporary one" : null;
        if (wrong == null) {
            return output.twoPhase() ? twoPhase(look.server().version()) : null;
        }
        String gap = stored == null
                ? ""
                : ", but begins when it is made: what was committed behind " + StreamPosition.shown(stored.lsn())
                        + " is not read through it";
        return new Finding(
                Finding.SLOT,
                MISCONFIGURED,
                "slot " + request.slot() + " " + wrong,
                List.of(),
                "name another one in source.slot; "
                        + statements.createSlot(look.server().version()) + " makes one that fits" + gap);
    }

    /** Another name would begin anew without a word, as what is stored is stored by the slot's name. */
    private Finding twoPhase(int serverVersion) {
        return new Finding(
                Finding.SLOT,
                MISCONFIGURED,
                "slot " + request.slot() + " hands on transactions that are only prepared (two_phase)",
                statements.withoutTwoPhase(),
                "makes it one that does not, at the same place and under the same name; takes room for one slot more meanwhile"
                        + (statements.isToFailOver(serverVersion)
                                ? "; then, over a replication connection: ALTER_REPLICATION_SLOT " + request.slot()
                                        + " (FAILOVER true)"
                                : ""));
    }

    /** Whether somebody else streams from it, or makes it just now. */
    @Nullable
    Finding ofHolder(SlotFound slot) {
        if (slot.holder() == null) {
            return null;
        }
        return slot.place().confirmedLsn() == null
                ? new Finding(
                        Finding.SLOT,
                        TRANSIENT,
                        "slot " + request.slot() + " is being made by process " + slot.holder()
                                + ", which waits for open transactions to end",
                        List.of(),
                        "nothing; the relay waits for it")
                : new Finding(
                        Finding.SLOT,
                        FENCED,
                        "another relay reads from slot " + request.slot() + ": process " + slot.holder()
                                + " of the server streams from it",
                        List.of(),
                        "nothing, if it is meant to: this one stands by and takes over; else end the other");
    }

    /** What makes another slot necessary; null if nothing does. */
    @Nullable
    Finding ofPlace(StreamLook look) {
        SlotFound slot = look.slot();
        FailureKind kind = stored == null ? MISCONFIGURED : POSITION_LOST;
        if (slot == null) {
            return anew(kind, look, "there is no replication slot " + request.slot());
        }
        if (slot.isLost()) {
            return anew(
                    POSITION_LOST,
                    look,
                    "slot " + request.slot() + " was invalidated: the log that it needs was removed");
        }
        Long confirmed = slot.place().confirmedLsn();
        if (confirmed == null) {
            return anew(kind, look, "slot " + request.slot() + " was never finished");
        }
        return stored == null || isGivenUp(look) ? null : againstStored(stored, look, confirmed);
    }

    /** Whether an operator said of what is stored that the stream is to begin anew instead. */
    boolean isGivenUp(StreamLook look) {
        PublicationFound publication = look.publication();
        SlotFound slot = look.slot();
        if (stored == null || publication == null || slot == null) {
            return false;
        }
        Stamp stamp = Stamp.of(publication.comment());
        return stamp != null && stored.name().equals(stamp.insteadOf()) && stamp.proves(publication, slot);
    }

    private @Nullable Finding againstStored(StreamPosition known, StreamLook look, long confirmed) {
        ServerFound server = look.server();
        if (known.systemIdentifier() != server.systemIdentifier()) {
            return anew(
                    POSITION_LOST,
                    look,
                    "this is another database than the one that was read from: its system identifier is "
                            + Long.toUnsignedString(server.systemIdentifier()) + ", not "
                            + Long.toUnsignedString(known.systemIdentifier())
                            + " (if a relay of that one shares source.position.topic with this one, and database and slot have the same"
                            + " names: give each a topic of its own)");
        }
        boolean forked = known.timeline() != server.timeline();
        Long end = forked ? history.endOf(known.timeline()) : Long.valueOf(known.lsn());
        if (end == null) {
            return anew(
                    POSITION_LOST,
                    look,
                    "the server is on timeline " + server.timeline() + ", which does not come from timeline "
                            + known.timeline()
                            + ", of which is known what is published: another standby was promoted, or a backup restored");
        }
        if (Long.compareUnsigned(confirmed, known.lsn()) > 0) {
            return anew(
                    POSITION_LOST,
                    look,
                    "slot " + request.slot() + " stands at " + StreamPosition.shown(confirmed)
                            + ", but only what was committed before " + StreamPosition.shown(known.lsn())
                            + " is known to be published: the slot was made anew or advanced");
        }
        if (Long.compareUnsigned(confirmed, end) > 0) {
            return anew(
                    POSITION_LOST,
                    look,
                    "slot " + request.slot() + " was made after the server left timeline " + known.timeline() + " at "
                            + StreamPosition.shown(end) + ", when a standby was promoted or a backup restored");
        }
        if (forked || reached == null) {
            return null;
        }
        if (Long.compareUnsigned(reached.lsn(), server.writtenLsn()) > 0) {
            return anew(
                    POSITION_LOST,
                    look,
                    "what is published reaches to " + StreamPosition.shown(reached.lsn())
                            + ", but the server's log only to " + StreamPosition.shown(server.writtenLsn())
                            + ": an older state of it was restored");
        }
        return null;
    }

    /** The publication is not, or not provably, older than what the slot has yet to decode; null if it is. */
    @Nullable
    Finding ofPublication(StreamLook look) {
        PublicationFound publication = look.publication();
        SlotFound slot = look.slot();
        if (publication == null || slot == null) {
            return null;
        }
        Stamp stamp = Stamp.of(publication.comment());
        boolean stood = publication.olderThanSlot() || (stamp != null && stamp.proves(publication, slot));
        String name = statements.publication();
        if (stored != null && !isGivenUp(look)) {
            return stored.publication().equals(publication.version())
                    ? null
                    : anew(
                            POSITION_LOST,
                            look,
                            "publication " + name
                                    + " was made anew or altered, so rows may have been left out of the stream");
        }
        return stood
                ? null
                : anew(
                        MISCONFIGURED,
                        look,
                        "publication " + name + " may be younger than slot " + request.slot()
                                + ": rows that were committed between them would be left out");
    }

    /**
     * Where the stream goes on: where what is stored ends, or the common part of its timeline and the present one does, or else
     * where the slot begins.
     */
    long beginning(StreamLook look, long confirmed) {
        if (stored == null || isGivenUp(look)) {
            return confirmed;
        }
        Long end = history.endOf(stored.timeline());
        return end == null || Long.compareUnsigned(stored.lsn(), end) <= 0 ? stored.lsn() : end;
    }

    /** After a change of the publication the slot that is there is too old for it. */
    Finding afterChange(StreamLook look) {
        return anew(
                stored == null ? MISCONFIGURED : POSITION_LOST,
                look,
                "slot " + request.slot() + " is older than the publication as it has to be");
    }

    private Finding anew(FailureKind kind, StreamLook look, String what) {
        List<String> made = new ArrayList<>(statements.newSlot(look, stored));
        if (kind == POSITION_LOST && request.table() != null) {
            made.set(0, REPAIR + made.get(0));
        }
        return new Finding(Finding.SLOT, kind, what, made, kind == POSITION_LOST ? NOT_THROUGH_IT : "");
    }
}
