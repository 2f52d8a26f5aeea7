package io.outboxrelay.debezium;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which tables Debezium is to take. What comes is decided by the publication, which holds the outbox alone; but the log names a table as
 * it was called when the row was written, and what Debezium is not to take it drops without a word. So it is to take every name,
 * unless the database has so many tables that it would spend its start, and the heap, on their columns.
 */
final class ReadTables {

    private static final Logger LOG = LoggerFactory.getLogger(ReadTables.class);

    /** Debezium looks at the columns and the keys of each, and remembers them. */
    private static final int TABLES_MAX = 1_000;

    private static final String COUNT =
            "SELECT count(*) FROM (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema') LIMIT "
                    + (TABLES_MAX + 1) + ") t";

    private ReadTables() {}

    /**
     * Whether tables of every name are taken.
     *
     * @param table null where no table is read
     * @throws RelayException when the database cannot be asked
     */
    static boolean everyTable(Connection connection, ConnectionSettings settings, @Nullable TableName table) {
        if (table == null) {
            return false;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(COUNT)) {
            row.next();
            if (row.getInt(1) <= TABLES_MAX) {
                return true;
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
        LOG.warn(
                "the database has more than {} tables: rows that stand in the log under another name of {} would not be seen."
                        + " Rename it only while the application is stopped and every row is published",
                TABLES_MAX,
                table);
        return false;
    }
}
