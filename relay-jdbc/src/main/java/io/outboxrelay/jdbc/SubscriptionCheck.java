package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.List;

/** Whether logical replication writes into the table: its rows bring another server's numbers, and their commits that one's times. */
final class SubscriptionCheck {
    private final Catalog catalog;
    private final List<Problem> problems;

    SubscriptionCheck(Catalog catalog, List<Problem> problems) {
        this.catalog = catalog;
        this.problems = problems;
    }

    void check(FoundTable table) throws SQLException {
        List<String> targets = catalog.list(
                "SELECT DISTINCT format('%I.%I', n.nspname, c.relname) FROM pg_subscription_rel s JOIN pg_class c ON c.oid = s.srrelid"
                        + " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE s.srrelid = ANY(?::oid[]) LIMIT 3",
                row -> row.getString(1), table.treeOids());
        for (String target : targets) {
            problems.add(new Problem(
                    target
                            + " is the target of a logical subscription: rows arrive with another server's numbers and times",
                    "take it out of the publication there (ALTER PUBLICATION ... DROP TABLE " + target
                            + "), then ALTER SUBSCRIPTION ... REFRESH PUBLICATION here, or relay from that server"
                            + WayOut.OR_ORDER_NONE));
        }
    }
}
