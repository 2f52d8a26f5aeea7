package io.outboxrelay.jdbc.slot;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether the relay may delete published rows, and finds them fast. By the catalog, which every role may read. */
final class RemovalChecks {

    private static final String RIGHTS = """
            SELECT n.nspname, c.relname, current_user,
                   has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'DELETE')
                     AND has_column_privilege(c.oid, a.attnum, 'SELECT') AS allowed,
                   c.relrowsecurity AND row_security_active(c.oid) AS filtered,
                   EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum AND i.indisvalid
                              AND i.indpred IS NULL) AS indexed
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = ? AND a.attnum > 0 AND NOT a.attisdropped
             WHERE c.relname = ? AND c.relkind IN ('r', 'p')
               AND n.nspname = ANY(CASE WHEN ?::text IS NULL THEN current_schemas(false) ELSE ARRAY[?::name] END)
             ORDER BY array_position(current_schemas(false), n.nspname) LIMIT 1""";

    private final @Nullable Found found;
    private final String id;

    private RemovalChecks(@Nullable Found found, String id) {
        this.found = found;
        this.id = id;
    }

    private record Found(TableName table, String role, boolean allowed, boolean filtered, boolean indexed) {}

    /** Looks once; sees nothing where the relay deletes no rows, or where the table or the column is missing, which others tell. */
    static RemovalChecks of(Connection connection, SlotRequest request) throws SQLException {
        if (request.deletedBy() == null || request.table() == null) {
            return new RemovalChecks(null, "");
        }
        TableName table = Objects.requireNonNull(request.table());
        try (PreparedStatement statement = connection.prepareStatement(RIGHTS)) {
            statement.setString(1, request.deletedBy());
            statement.setString(2, table.table());
            statement.setString(3, table.schema());
            statement.setString(4, table.schema());
            try (ResultSet row = statement.executeQuery()) {
                Found found = row.next()
                        ? new Found(
                                new TableName(row.getString(1), row.getString(2)),
                                row.getString(3),
                                row.getBoolean(4),
                                row.getBoolean(5),
                                row.getBoolean(6))
                        : null;
                return new RemovalChecks(found, Objects.requireNonNull(request.deletedBy()));
            }
        }
    }

    /** What keeps the relay from deleting. */
    List<Finding> findings() {
        if (found == null) {
            return List.of();
        }
        if (!found.allowed()) {
            return List.of(new Finding(
                    Finding.TABLE,
                    FailureKind.MISCONFIGURED,
                    "role " + found.role() + " may not delete published rows of " + found.table()
                            + ", as outbox.retention = relay says",
                    new RemovalStatements(found.table(), id, found.role()).grants(),
                    "as the table's owner; or set outbox.retention = application"));
        }
        if (found.filtered()) {
            return List.of(new Finding(
                    Finding.TABLE,
                    FailureKind.MISCONFIGURED,
                    "row-level security hides rows of " + found.table() + " from role " + found.role()
                            + ", which is to delete them",
                    List.of("ALTER ROLE " + Identifiers.readable(found.role()) + " BYPASSRLS"),
                    "as a superuser; or set outbox.retention = application"));
        }
        return List.of();
    }

    /** What makes it slow. */
    List<Check> advice() {
        return found == null || found.indexed()
                ? List.of()
                : List.of(Check.warn(
                        "deletes",
                        "no index of " + found.table() + " begins with " + id
                                + ": the relay reads the whole table each time that it deletes",
                        "CREATE INDEX ON " + found.table().readable() + " (" + Identifiers.readable(id) + ")"));
    }
}
