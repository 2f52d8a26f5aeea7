package io.outboxrelay.polling;

import io.outboxrelay.jdbc.PolledRows;
import java.util.ArrayList;
import java.util.List;

/**
 * Which database, and which outbox in it, a state is true of. Numbers mean the same only as long as all of this is the same.
 *
 * <p>The timeline is not among it. A failover to a standby, however far behind, and a restore of the files to a point in time show
 * rows, sequence and state as of one moment, because one log carries them all: what the state says is true of these rows.
 *
 * @param systemIdentifier of the cluster, made by initdb
 * @param outbox the table's oid
 * @param sequence the sequence's oid
 * @param sequenceFilenode another one once the sequence was restarted; {@link #DISTRUSTED} once numbers were seen to go back
 */
record StateOrigin(long systemIdentifier, long outbox, long sequence, long sequenceFilenode) {

    /** No file's number. */
    static final long DISTRUSTED = PolledRows.DISTRUSTED;

    /** The same, once numbers were seen to go back. */
    StateOrigin distrusted() {
        return new StateOrigin(systemIdentifier, outbox, sequence, DISTRUSTED);
    }

    /** In which respects the present differs, for people. */
    List<String> differences(StateOrigin now) {
        List<String> differences = new ArrayList<>();
        compare(differences, "the system identifier", systemIdentifier, now.systemIdentifier);
        compare(differences, "the table's oid", outbox, now.outbox);
        compare(differences, "the sequence's oid", sequence, now.sequence);
        if (sequenceFilenode == DISTRUSTED) {
            differences.add("the sequence was seen to go back");
        } else {
            compare(
                    differences,
                    "the sequence's file, which a restart changes,",
                    sequenceFilenode,
                    now.sequenceFilenode);
        }
        return differences;
    }

    private static void compare(List<String> differences, String what, long stored, long now) {
        if (stored != now) {
            differences.add(what + " was " + stored + " and is " + now);
        }
    }
}
