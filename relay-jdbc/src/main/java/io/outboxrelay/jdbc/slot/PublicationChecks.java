package io.outboxrelay.jdbc.slot;

import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.POSITION_LOST;

import io.outboxrelay.jdbc.TableName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whether all rows of the outbox go through the publication, and nothing else does. Immutable. */
record PublicationChecks(SlotRequest request, StreamStatements statements) {

    private static final String WITHOUT_A_WORD = ": PostgreSQL leaves them out without a word";

    /** How many of them a look names. */
    private static final int MOST_OTHERS = 3;

    /** Leads the statements as a comment, so that what is printed stays SQL. */
    private static final String ANOTHER =
            "/* name another one in source.publication, which doctor --fix makes; only where nobody else uses this one: */ ";

    /**
     * What is wrong with the table and what is read of it.
     *
     * @param begun whether the stream was read before
     */
    List<Finding> ofTable(StreamLook look, boolean begun) {
        List<Finding> findings = new ArrayList<>();
        TableName name = request.table();
        TableFound table = look.table();
        if (name == null) {
            return findings;
        }
        if (table == null) {
            findings.add(noTable(name, look.publication(), begun));
            return findings;
        }
        if (table.inherited()) {
            findings.add(ofTable(
                    "tables inherit from " + table.quotedName() + ", and their rows come under their own names",
                    List.of(),
                    "let nothing inherit from the outbox: use a partitioned table instead"));
        }
        for (String part : table.unlogged()) {
            findings.add(ofTable(
                    part + " is not an ordinary permanent table: its rows are in no log",
                    List.of("ALTER TABLE " + part + " SET LOGGED"),
                    ""));
        }
        for (String column : table.missing()) {
            findings.add(
                    ofTable(
                            "table " + table.quotedName() + " has no column " + column,
                            List.of(),
                            "correct the names under outbox.columns and route, or add the column, or undo the renaming; the relay goes on then"));
        }
        return findings;
    }

    private Finding noTable(TableName name, @Nullable PublicationFound publication, boolean begun) {
        List<String> others =
                publication == null ? List.of() : publication.content().others();
        if (others.size() == 1) {
            String other = others.get(0);
            // Debezium asks for tables by name, and passes over whatever else comes.
            return new Finding(
                    Finding.TABLE,
                    begun ? POSITION_LOST : MISCONFIGURED,
                    "table " + name + " does not exist, but publication " + statements.publication() + " publishes "
                            + other,
                    List.of(),
                    "if the outbox was renamed, rename it back, or set outbox.table=" + other
                            + ", and start the relay again; what was committed in between is read then");
        }
        return ofTable(
                "table " + name + " does not exist" + (name.schema() == null ? " in the search path" : ""),
                List.of(),
                "correct outbox.table, with its schema, or create the table: outbox-relay init-sql prints the SQL");
    }

    /** What is wrong with the publication. Each finding's statements change it, so that a new slot is needed afterwards. */
    List<Finding> ofPublication(StreamLook look) {
        List<Finding> findings = new ArrayList<>();
        PublicationFound publication = look.publication();
        String name = statements.publication();
        if (publication == null) {
            findings.add(wrong(
                    "there is no publication " + name,
                    List.of(statements.createPublication()),
                    "as the table's owner"));
            return findings;
        }
        PublicationFound.Content content = publication.content();
        if (content.everything()) {
            findings.add(unfit(
                    "publication " + name + " is for all tables" + ", so a renamed outbox would pass for one of them",
                    anew(),
                    "as the table's owner"));
            return findings;
        }
        TableFound table = look.table();
        if (request.table() == null || table == null) {
            return findings;
        }
        if (!content.others().isEmpty()) {
            findings.add(unfit(
                    "publication " + name + " has other tables than the outbox, " + String.join(", ", content.others())
                            + ": the relay needs one of its own, as a renamed outbox would pass for one of them",
                    List.of("ALTER PUBLICATION " + name + " DROP TABLE " + String.join(", ", content.others())),
                    content.others().size() < MOST_OTHERS ? "" : "there may be more"));
        }
        if (!content.inserts()) {
            findings.add(unfit(
                    "publication " + name + " publishes no inserts" + WITHOUT_A_WORD,
                    List.of("ALTER PUBLICATION " + name + " SET (publish = 'insert')"),
                    ""));
        }
        if (table.partitioned() && !content.viaRoot()) {
            findings.add(unfit(
                    "publication " + name + " does not publish rows of partitions as rows of " + table.quotedName(),
                    List.of("ALTER PUBLICATION " + name + " SET (publish_via_partition_root = true)"),
                    ""));
        }
        PublicationFound.Published published = content.table();
        if (published == null) {
            findings.add(unfit(
                    "publication " + name + " does not have table " + table.quotedName(),
                    List.of("ALTER PUBLICATION " + name + " ADD TABLE " + table.quotedName()),
                    ""));
        } else if (published.filtered() || !published.withheld().isEmpty()) {
            String what = published.filtered()
                    ? "only rows of " + table.quotedName() + " that meet a condition"
                    : "not the columns " + String.join(", ", published.withheld()) + " of " + table.quotedName();
            findings.add(unfit(
                    "publication " + name + " publishes " + what,
                    List.of(
                            "ALTER PUBLICATION " + name + " DROP TABLE " + table.quotedName(),
                            "ALTER PUBLICATION " + name + " ADD TABLE " + table.quotedName()),
                    "a generated column must be an ordinary one"));
        }
        return findings;
    }

    private List<String> anew() {
        return List.of("DROP PUBLICATION " + statements.publication(), statements.createPublication());
    }

    /** Of a publication that is there, and that others may read through: what changes it comes second. */
    private static Finding unfit(String what, List<String> statements, String note) {
        List<String> warned = new ArrayList<>(statements);
        warned.set(0, ANOTHER + statements.get(0));
        return wrong(what, warned, note);
    }

    private static Finding wrong(String what, List<String> statements, String note) {
        return new Finding(Finding.PUBLICATION, MISCONFIGURED, what, statements, note);
    }

    private static Finding ofTable(String what, List<String> statements, String note) {
        return new Finding(Finding.TABLE, MISCONFIGURED, what, statements, note);
    }
}
