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
        return Stamp.statement(Identifiers.literal(request.publication()), insteadOf, "true");
    }

    /** The same where there is no slot yet. */
    String stampUnlessSlot() {
        return Stamp.statement(Identifiers.literal(request.publication()), null, "NOT EXISTS (" + slotThere() + ")");
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
                + (request.failover() && serverVersion >= FAILOVER_SINCE ? ", failover => true)" : ")");
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
        return statements;
    }

    String publication() {
        return Identifiers.readable(request.publication());
    }
}
