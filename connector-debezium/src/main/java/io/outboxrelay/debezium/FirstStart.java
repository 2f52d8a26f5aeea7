package io.outboxrelay.debezium;

import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamPosition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says where a relay begins that never read from its slot before. Whoever changed over from polling, and forgot the repair, would
 * otherwise never learn that what stood in the table then is not published.
 */
final class FirstStart {

    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);

    /** Nothing where the role may not read the table, as it need not. */
    private static final String READABLE = """
            SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relname = ? AND c.relkind IN ('r', 'p')
               AND CASE WHEN ?::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = ? END
               AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')""";

    private FirstStart() {}

    /** Says it; of the rows only what is had at once, as no start may wait for a table that somebody has locked, or that is large. */
    static void tell(Connection connection, SlotRequest request, StreamPosition begins) {
        TableName table = request.table();
        try {
            String older = table == null ? null : olderThanSlot(connection, table, request.slot());
            if (older != null) {
                LOG.warn(
                        "rows stand in {} from before where slot {} stands: they are not read, and whether they were published is not"
                                + " known here. If they are to be, stop this relay and run outbox-relay repair --config FILE --drop-slot",
                        older,
                        request.slot());
            }
        } catch (SQLException e) {
            LOG.debug("whether rows stand in the table from before where the slot stands could not be told", e);
        }
        LOG.info(
                "nothing is stored of slot {}: this is a first start, and reads what committed behind {}, where the slot stands",
                request.slot(),
                StreamPosition.shown(begins.lsn()));
    }

    private static @Nullable String olderThanSlot(Connection connection, TableName table, String slot)
            throws SQLException {
        try (Statement transaction = connection.createStatement()) {
            transaction.execute("BEGIN READ ONLY");
            try {
                transaction.execute("SET LOCAL statement_timeout = '2s'");
                transaction.execute("SET LOCAL lock_timeout = '100ms'");
                String readable = readable(connection, table);
                return readable != null && hasOlder(connection, readable, slot) ? readable : null;
            } finally {
                transaction.execute("ROLLBACK");
            }
        }
    }

    /** Whether it has rows of transactions that had ended where the slot stands, as far as the slot's horizon tells. */
    private static boolean hasOlder(Connection connection, String readable, String slot) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT FROM " + readable
                + " t, pg_replication_slots s WHERE s.slot_name = ? AND age(t.xmin) > age(s.catalog_xmin) LIMIT 1")) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }

    private static @Nullable String readable(Connection connection, TableName table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READABLE)) {
            statement.setString(1, table.table());
            statement.setString(2, table.schema());
            statement.setString(3, table.schema());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }
}
