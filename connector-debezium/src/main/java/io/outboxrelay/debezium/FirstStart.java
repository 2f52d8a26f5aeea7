package io.outboxrelay.debezium;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamPosition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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

    /**
     * Says it.
     *
     * @throws RelayException when the database cannot be asked
     */
    static void tell(Connection connection, ConnectionSettings settings, SlotRequest request, StreamPosition begins) {
        TableName table = request.table();
        try {
            String older = table == null ? null : olderThanSlot(connection, table, request.slot());
            if (older != null) {
                LOG.warn(
                        "rows stand in {} that were committed before slot {} was made: they are not read, and never published. If they"
                                + " are to be, stop this relay and run outbox-relay repair --config FILE --drop-slot",
                        older,
                        request.slot());
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
        LOG.info(
                "nothing is stored of slot {}: this is a first start, and reads what committed behind {}, where the slot stands",
                request.slot(),
                StreamPosition.shown(begins.lsn()));
    }

    /** The table where it has such rows: of transactions that had ended when the slot was made, as far as the slot's horizon tells. */
    private static @Nullable String olderThanSlot(Connection connection, TableName table, String slot)
            throws SQLException {
        String readable = readable(connection, table);
        if (readable == null) {
            return null;
        }
        try (PreparedStatement statement = connection.prepareStatement("SELECT FROM " + readable
                + " t, pg_replication_slots s WHERE s.slot_name = ? AND age(t.xmin) > age(s.catalog_xmin) LIMIT 1")) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? readable : null;
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
