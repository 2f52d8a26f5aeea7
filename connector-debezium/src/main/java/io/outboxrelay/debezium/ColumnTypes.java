package io.outboxrelay.debezium;

import io.outboxrelay.debezium.decode.PostgresRendering;
import io.outboxrelay.debezium.decode.PostgresRendering.ColumnType;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the columns of a PostgreSQL outbox are, so that their values are made the text that the database would make of them. */
public final class ColumnTypes {

    /** By the catalog, which every role may read, and not by a cast to regclass, which takes USAGE on the schema. */
    private static final String SQL = """
            WITH RECURSIVE c AS (
              SELECT a.attname, t.typname, t.oid FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
               WHERE a.attrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE c.relname = ? AND CASE WHEN ?::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = ? END)
                 AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY(?)),
            b AS (SELECT c.attname, c.typname, c.oid FROM c
                  UNION ALL SELECT b.attname, b.typname, t.typbasetype FROM b JOIN pg_type t ON t.oid = b.oid AND t.typtype = 'd')
            SELECT b.attname, b.typname, CASE t.typtype WHEN 'e' THEN 'enum' ELSE t.typname END
              FROM b JOIN pg_type t ON t.oid = b.oid AND t.typtype <> 'd'""";

    private ColumnTypes() {}

    /**
     * The types of these columns, as they are now; of a domain, what it is made of.
     *
     * @throws RelayException MISCONFIGURED when some of them cannot be read from the log
     */
    public static Map<String, ColumnType> of(
            Connection through, ConnectionSettings settings, TableName table, List<String> columns) {
        Map<String, ColumnType> types = new HashMap<>();
        try (PreparedStatement statement = through.prepareStatement(SQL)) {
            statement.setString(1, table.table());
            statement.setString(2, table.schema());
            statement.setString(3, table.schema());
            statement.setArray(4, through.createArrayOf("text", columns.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    types.put(row.getString(1), new ColumnType(row.getString(2), row.getString(3)));
                }
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
        List<Problem> problems = PostgresRendering.problems(types);
        if (!problems.isEmpty()) {
            throw new RelayException(new Failure(FailureKind.MISCONFIGURED, problems, null));
        }
        return types;
    }
}
