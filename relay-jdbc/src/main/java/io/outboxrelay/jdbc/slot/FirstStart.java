package io.outboxrelay.jdbc.slot;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.ReaderLock;
import io.outboxrelay.jdbc.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a relay would leave out that never read from its slot before, and who else reads the table. Whoever changed over from polling, and
 * forgot the repair, would otherwise lose what stood in the table then. Used by the connection's thread.
 */
public final class FirstStart {

    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);

    private static final String TABLE = """
            SELECT c.oid, format('%I.%I', n.nspname, c.relname),
                   has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = ? AND c.relkind IN ('r', 'p')
               AND CASE WHEN ?::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = ? END""";

    private final Connection connection;
    private final ConnectionSettings settings;
    private final SlotRequest request;

    /**
     * @param connection a session of the relay's role; autocommit on
     * @param settings that it was made with, for messages
     */
    public FirstStart(Connection connection, ConnectionSettings settings, SlotRequest request) {
        this.connection = connection;
        this.settings = settings;
        this.request = request;
    }

    private record Table(long oid, String quotedName, boolean readable) {}

    /**
     * Before a stream starts, and once it is known that nobody is at work on a repair: nobody else may read the table itself, and where the
     * slot was never read, nothing may stand that is neither in its log nor known to be published.
     *
     * @param look at slot and publication
     * @param stored what is stored, or null where nothing ever was
     * @throws RelayException FENCED, MISCONFIGURED or TRANSIENT
     */
    public void refuse(StreamLook look, @Nullable StreamPosition stored) {
        try {
            Seen seen = seen(look, stored);
            StreamGuard.refuse(findings(seen));
            String untold = untold(seen);
            if (untold != null) {
                LOG.warn(untold);
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /** The same without an end. */
    List<Finding> findings(StreamLook look, @Nullable StreamPosition stored) throws SQLException {
        return findings(seen(look, stored));
    }

    /**
     * What one look found.
     *
     * @param comment on the publication
     * @param poller the process of the server that holds the table, or null
     * @param rows that stand, where that was asked for
     */
    private record Seen(
            @Nullable Table table,
            @Nullable String comment,
            @Nullable Integer poller,
            RowsLeftOut.Answer rows) {}

    private Seen seen(StreamLook look, @Nullable StreamPosition stored) throws SQLException {
        PublicationFound publication = look.publication();
        String comment = publication == null ? null : publication.comment();
        Table table = table();
        Integer poller = table == null ? null : ReaderLock.holder(connection, table.oid());
        RowsLeftOut.Answer rows = RowsLeftOut.Answer.NONE;
        if (table != null && poller == null && stored == null && look.slot() != null && !Stamp.leavesRows(comment)) {
            rows = new RowsLeftOut(connection, look, request.slot())
                    .answer(table.oid(), table.readable() ? table.quotedName() : null);
        }
        return new Seen(table, comment, poller, rows);
    }

    private List<Finding> findings(Seen seen) {
        Table table = seen.table();
        if (table == null) {
            return List.of();
        }
        if (seen.poller() != null) {
            return List.of(polled(table, seen.poller()));
        }
        return switch (seen.rows()) {
            case NONE, UNTOLD -> List.of();
            case OLDER ->
                List.of(
                        leftOut(
                                seen,
                                "rows stand in " + table.quotedName() + " from before where slot " + request.slot()
                                        + " stands, and nothing is stored of what was published: they are not in the log that would be read"));
            case AMBIGUOUS ->
                List.of(leftOut(
                        seen,
                        "rows stand in " + table.quotedName() + " of transactions that were at work while slot "
                                + request.slot()
                                + " was made, and nothing is stored of what was published: PostgreSQL does not tell whether they are in the"
                                + " log that would be read"));
        };
    }

    /** As nobody may at the same time. */
    private static Finding polled(Table table, int holder) {
        return new Finding(
                Finding.TABLE,
                FailureKind.FENCED,
                "a polling relay, or a repair, reads " + table.quotedName()
                        + ": it holds the table's advisory lock in database session " + holder,
                List.of(),
                "stop it, and see that nothing starts it again; before the log is read, outbox-relay repair --config FILE publishes"
                        + " what it leaves standing");
    }

    private Finding leftOut(Seen seen, String what) {
        return new Finding(
                Finding.TABLE,
                FailureKind.MISCONFIGURED,
                what,
                List.of(),
                "to have them published, as after polling: outbox-relay repair --config FILE --drop-slot; where they are published already or"
                        + " need not be, as the publication's owner: "
                        + new StreamStatements(request).leaveRows(seen.comment()));
    }

    /** That rows may stand which could not be seen, at once or at all: no start may wait for a table that is locked, or large. */
    private @Nullable String untold(Seen seen) {
        Table table = seen.table();
        return table == null || seen.rows() != RowsLeftOut.Answer.UNTOLD
                ? null
                : "what was committed to " + table.quotedName() + " before slot " + request.slot()
                        + " was made, or while it was, is not in the log that is read, and whether rows of that stand could not be told"
                        + (table.readable() ? "" : " without SELECT on the table")
                        + ". If some are to be published, as after polling, stop this relay and run outbox-relay repair --config FILE"
                        + " --drop-slot";
    }

    private @Nullable Table table() throws SQLException {
        TableName name = request.table();
        if (name == null) {
            return null;
        }
        try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setString(1, name.table());
            statement.setString(2, name.schema());
            statement.setString(3, name.schema());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Table(row.getLong(1), row.getString(2), row.getBoolean(3)) : null;
            }
        }
    }
}
