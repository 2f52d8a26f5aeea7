package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Check.Verdict;
import io.outboxrelay.failure.Problem;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Who has kept deleted rows from being removed for long: sessions and prepared transactions. An outbox whose
 * rows are deleted grows by all that is published meanwhile, and gaps wait for whoever may fill them.
 */
final class HorizonCheck {

    private static final String SUBJECT = "long transactions";
    private static final int SHOWN_MAX = 5;

    /**
     * Of other roles' sessions only the age in transactions shows, unless the role may see statistics. Neither sessions of other databases
     * nor the server's own processes, such as autovacuum, hold anything back here.
     */
    private static final String SESSIONS = """
            SELECT pid, coalesce(round(extract(epoch FROM now() - xact_start) / 60)::text || ' min', age(held) || ' transactions')
              FROM (SELECT pid, xact_start, coalesce(backend_xmin, backend_xid) AS held FROM pg_stat_activity
                     WHERE pid <> pg_backend_pid() AND datname = current_database() AND usesysid IS NOT NULL
                       AND coalesce(backend_type, 'client backend') = 'client backend') a
             WHERE held IS NOT NULL AND (xact_start < now() - interval '5 min' OR age(held) > 100000)
             ORDER BY xact_start NULLS LAST LIMIT\s""" + SHOWN_MAX;

    private static final String PREPARED = """
            SELECT gid, round(extract(epoch FROM now() - prepared) / 60)::text || ' min', database FROM pg_prepared_xacts
             WHERE database = current_database() AND (prepared < now() - interval '5 min' OR age(transaction) > 100000)
             ORDER BY prepared LIMIT\s""" + SHOWN_MAX;

    private final Catalog catalog;

    HorizonCheck(Catalog catalog) {
        this.catalog = catalog;
    }

    Check check() throws SQLException {
        List<Problem> problems = new ArrayList<>();
        problems.addAll(catalog.list(
                SESSIONS,
                row -> new Problem(
                        "session " + row.getInt(1) + " has had a transaction open for " + row.getString(2),
                        "SELECT pg_terminate_backend(" + row.getInt(1)
                                + ") -- as a superuser or its own role, once you know whose it is: SELECT * FROM pg_stat_activity WHERE pid = "
                                + row.getInt(1))));
        problems.addAll(
                catalog.list(
                        PREPARED,
                        row -> new Problem(
                                "transaction " + Identifiers.literal(row.getString(1)) + " was prepared "
                                        + row.getString(2) + " ago in database " + row.getString(3)
                                        + " and neither committed nor rolled back",
                                "ROLLBACK PREPARED " + Identifiers.literal(row.getString(1))
                                        + " -- or COMMIT PREPARED, as its coordinator decides; as a superuser or its own role, in that database")));
        return problems.isEmpty()
                ? Check.ok(SUBJECT, "none for 5 minutes or 100,000 transactions")
                : new Check(SUBJECT, Verdict.WARN, "", problems);
    }
}
