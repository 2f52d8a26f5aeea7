package io.outboxrelay.jdbc.slot;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.TableName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that makes publication and slot, each statement to be run by itself: a slot cannot be made in a transaction that has
 * written. Immutable.
 *
 * @param request what is to be there
 */
public record StreamStatements(SlotRequest request) {

    private static final int FAILOVER_SINCE = 170_000;
    private static final int NAME_CHARACTERS_MAX = 63;
    private static final String COPY = "_copy";

    /** As the table's owner, who may create in the database. */
    public String createPublication() {
        TableName table = request.table();
        return "CREATE PUBLICATION " + publication()
                + (table == null
                        ? ""
                        : " FOR TABLE " + table.readable()
                                + " WITH (publish = 'insert', publish_via_partition_root = true)");
    }

    /** As the publication's owner, once it is committed; see {@link Stamp}. */
    public String stamp(@Nullable StreamPosition insteadOf) {
        return stamp(insteadOf, "true");
    }

    /** The same where there is no slot yet. */
    String stampUnlessSlot() {
        return stamp(null, "NOT EXISTS (" + slotThere() + ")");
    }

    private String stamp(@Nullable StreamPosition insteadOf, String condition) {
        return Stamp.statement(request, insteadOf, condition);
    }

    /**
     * As the publication's owner: rows from before the slot need not be published.
     *
     * @param comment that stands on the publication, which goes on saying what it says
     */
    String leaveRows(@Nullable String comment) {
        return "COMMENT ON PUBLICATION " + publication() + " IS " + Identifiers.literal(Stamp.leavingRows(comment));
    }

    /** A query that finds a row where there is a slot of the name. */
    String slotThere() {
        return "SELECT FROM pg_catalog.pg_replication_slots WHERE slot_name = " + Identifiers.literal(request.slot());
    }

    /**
     * As a role with REPLICATION, as the relay's. Waits until every transaction that is open has ended.
     *
     * @param serverVersion as in {@code server_version_num}
     */
    public String createSlot(int serverVersion) {
        return "SELECT pg_create_logical_replication_slot(" + Identifiers.literal(request.slot()) + ", 'pgoutput'"
                + (isToFailOver(serverVersion) ? ", failover => true)" : ")");
    }

    /** As the publication's owner, right behind {@link #createSlot}: which rows that can have left out; see {@link Stamp.Made}. */
    public String noteSlot() {
        return Stamp.slotStatement(request);
    }

    /** As a role with REPLICATION. */
    public String dropSlot() {
        return "SELECT pg_drop_replication_slot(" + Identifiers.literal(request.slot()) + ")";
    }

    /**
     * A slot that begins now, with a publication that stood before it. What was committed before is not read through it.
     *
     * @param insteadOf the stored position that is given up, or null where there is none
     */
    List<String> newSlot(StreamLook look, @Nullable StreamPosition insteadOf) {
        List<String> statements = new ArrayList<>();
        statements.add(stamp(insteadOf));
        if (look.slot() != null) {
            statements.add(dropSlot());
        }
        statements.add(createSlot(look.server().version()));
        if (insteadOf == null && request.table() != null) {
            statements.add(noteSlot());
        }
        return statements;
    }

    /**
     * The slot as one that hands on nothing before its commit, at the same place and under the same name, by which the place is stored:
     * a copy does not take {@code two_phase} along. None is dropped while there is no copy that stands where it does, even where a
     * statement before it has failed.
     */
    List<String> withoutTwoPhase() {
        String slot = request.slot();
        String copy = slot.substring(0, Math.min(slot.length(), NAME_CHARACTERS_MAX - COPY.length())) + COPY;
        return List.of(copy(slot, copy), dropCopied(slot, copy), copy(copy, slot), dropCopied(copy, slot));
    }

    private static String copy(String from, String to) {
        return "SELECT pg_copy_logical_replication_slot(" + Identifiers.literal(from) + ", " + Identifiers.literal(to)
                + ", false)";
    }

    private static String dropCopied(String slot, String copy) {
        return "SELECT pg_drop_replication_slot(s.slot_name) FROM pg_replication_slots s JOIN pg_replication_slots c"
                + " ON c.confirmed_flush_lsn = s.confirmed_flush_lsn AND NOT c.two_phase WHERE s.slot_name = "
                + Identifiers.literal(slot) + " AND c.slot_name = " + Identifiers.literal(copy);
    }

    /** Whether what a copy does not take along has to be set again, over a replication connection. */
    boolean isToFailOver(int serverVersion) {
        return request.failover() && serverVersion >= FAILOVER_SINCE;
    }

    String publication() {
        return Identifiers.readable(request.publication());
    }
}
