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
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
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

    /**
     * By the slot's horizon, and by the transaction before which all had ended when the owner's SQL made its note. Parameters: that transaction,
     * the slot.
     */
    private static final String OLDER = """
            SELECT EXISTS (SELECT FROM %s t, (
              SELECT s.catalog_xmin, n.noted FROM pg_replication_slots s,
                (SELECT ?::bigint AS noted, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS now) w
                LEFT JOIN LATERAL (SELECT w.noted::text::xid8::xid AS noted WHERE w.now - w.noted < 2000000000) n ON true
               WHERE s.slot_name = ?) s
             WHERE age(t.xmin) > age(s.catalog_xmin) OR age(t.xmin) > age(s.noted))""";

    private static final String UNUSED = """
            SELECT pg_relation_size(?::oid) + (SELECT coalesce(sum(pg_relation_size(relid)), 0) FROM pg_partition_tree(?::oid)) = 0""";

    /** A statement's time is over, or a lock's. */
    private static final Set<String> NOT_AT_ONCE = Set.of("57014", "55P03");

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
            StreamGuard.refuse(findings(look, stored));
            String untold = stored == null ? untold(look) : null;
            if (untold != null) {
                LOG.warn(untold);
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /** The same without an end. */
    List<Finding> findings(StreamLook look, @Nullable StreamPosition stored) throws SQLException {
        Finding poller = poller();
        Finding unread = poller == null && stored == null && look.slot() != null ? unread(look) : null;
        return Stream.of(poller, unread).filter(Objects::nonNull).toList();
    }

    /** That a polling relay reads the table, as nobody may at the same time; null where none does. */
    private @Nullable Finding poller() throws SQLException {
        Table table = table();
        if (table == null) {
            return null;
        }
        Integer holder = ReaderLock.holder(connection, table.oid());
        return holder == null
                ? null
                : new Finding(
                        Finding.TABLE,
                        FailureKind.FENCED,
                        "a polling relay, or a repair, reads " + table.quotedName()
                                + ": it holds the table's advisory lock in database session " + holder,
                        List.of(),
                        "stop it, and see that nothing starts it again; before the log is read, outbox-relay repair --config FILE publishes"
                                + " what it leaves standing");
    }

    /**
     * That rows stand which were committed before the slot's place, and that nobody said that these need not be published; null where that is
     * not so, or cannot be told at once: no start may wait for a table that somebody has locked, or that is large.
     */
    private @Nullable Finding unread(StreamLook look) throws SQLException {
        String comment = comment(look);
        Table table = table();
        if (table == null || Stamp.leavesRows(comment) || !Boolean.TRUE.equals(olderThanSlot(table, look))) {
            return null;
        }
        return new Finding(
                Finding.TABLE,
                FailureKind.MISCONFIGURED,
                "rows stand in " + table.quotedName() + " from before where slot " + request.slot()
                        + " stands, and nothing is stored of what was published: they are not in the log that would be read",
                List.of(),
                "to have them published, as after polling: outbox-relay repair --config FILE --drop-slot; where they are published already or"
                        + " need not be, as the publication's owner: "
                        + new StreamStatements(request).leaveRows(comment));
    }

    /** What is to be said where {@link #unread} found nothing: that rows may stand which it could not see; null where none can. */
    private @Nullable String untold(StreamLook look) throws SQLException {
        String comment = comment(look);
        Table table = table();
        if (table == null || Stamp.leavesRows(comment) || olderThanSlot(table, look) != null || isUnused(table)) {
            return null;
        }
        return "what stood in " + table.quotedName() + " before slot " + request.slot()
                + " was made is not in the log that is read, and whether rows did could not be told"
                + (table.readable() ? "" : " without SELECT on the table")
                + ". If some are to be published, as after polling, stop this relay and run outbox-relay repair --config FILE --drop-slot";
    }

    private static @Nullable String comment(StreamLook look) {
        return look.publication() == null ? null : look.publication().comment();
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

    /** Whether it has rows of transactions that had ended before the slot was made; null if that cannot be told. */
    private @Nullable Boolean olderThanSlot(Table table, StreamLook look) throws SQLException {
        if (!table.readable()) {
            return null;
        }
        Long ended = notedBeforeSlot(look);
        return within(() -> {
            if (holds(OLDER.formatted(table.quotedName()), ended, request.slot())) {
                return true;
            }
            // The slot's own horizon may be that of an older one.
            boolean known = ended != null || !holds("SELECT EXISTS (SELECT FROM " + table.quotedName() + ")");
            return known ? false : null;
        });
    }

    /**
     * The transaction of the note on the publication; null where that note is none of this slot's beginning: a dump brings it along from
     * another server, where transactions have other numbers, and one that is younger than the slot is younger than rows in its log.
     */
    private static @Nullable Long notedBeforeSlot(StreamLook look) {
        PublicationFound publication = look.publication();
        SlotFound slot = look.slot();
        Stamp stamp = Stamp.of(comment(look));
        return stamp != null && publication != null && slot != null && stamp.proves(publication, slot)
                ? stamp.transaction()
                : null;
    }

    /** Whether not even files were ever written for it. */
    private boolean isUnused(Table table) throws SQLException {
        return Boolean.TRUE.equals(within(() -> holds(UNUSED, table.oid(), table.oid())));
    }

    private interface Asking {
        @Nullable
        Boolean ask() throws SQLException;
    }

    /** Null where somebody has locked the table, or the answer takes too long. */
    private @Nullable Boolean within(Asking asking) throws SQLException {
        try (Statement transaction = connection.createStatement()) {
            transaction.execute("BEGIN READ ONLY");
            try {
                transaction.execute("SET LOCAL statement_timeout = '2s'");
                transaction.execute("SET LOCAL lock_timeout = '100ms'");
                return asking.ask();
            } catch (SQLException e) {
                if (!NOT_AT_ONCE.contains(String.valueOf(e.getSQLState()))) {
                    throw e;
                }
                return null;
            } finally {
                transaction.execute("ROLLBACK");
            }
        }
    }

    private boolean holds(String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }
}
