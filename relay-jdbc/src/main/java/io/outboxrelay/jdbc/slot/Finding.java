package io.outboxrelay.jdbc.slot;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import java.util.List;

/**
 * Something that is wrong, and the statements that mend it.
 *
 * @param subject what is wrong, in a word: the server, the table, the publication, the slot or what is stored of it
 * @param kind what the relay does about it
 * @param what is wrong
 * @param statements each to be run by itself, not in one transaction with the others; may be empty
 * @param note what else is to be done or known; may be empty
 */
public record Finding(String subject, FailureKind kind, String what, List<String> statements, String note) {

    public static final String SERVER = "server";
    public static final String TABLE = "table";
    public static final String PUBLICATION = "publication";
    public static final String SLOT = "slot";
    public static final String STORED = "stored position";

    public Finding {
        statements = List.copyOf(statements);
    }

    /** As SQL for psql, which sends each statement by itself; a note behind it is a comment. */
    public Problem problem() {
        if (statements.isEmpty()) {
            return new Problem(what, note);
        }
        return new Problem(what, String.join("; ", statements) + (note.isEmpty() ? "" : " -- " + note));
    }
}
