package io.outboxrelay.jdbc.slot;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One look at slot, publication, table and server, by one statement. It takes no privilege that a role with {@code LOGIN} has not,
 * on the outbox's schema neither, and about a millisecond. Used by the connection's thread.
 */
final class StreamLookSql {

    /** Row filters and column lists are known from 15 on, schemas in publications as well. */
    private static final int FILTERS_SINCE = 15;

    private static final String LOOK = """
            WITH w(slot, publication, schema, name, columns) AS (VALUES (?::name, ?::name, ?::name, ?::name, ?::text[])),
            t AS (
              SELECT c.oid, format('%%I.%%I', n.nspname, c.relname) AS shown, c.relkind, w.columns
                FROM w JOIN pg_class c ON c.relname = w.name AND c.relkind IN ('r', 'p')
                JOIN pg_namespace n ON n.oid = c.relnamespace
                 AND n.nspname = ANY(CASE WHEN w.schema IS NULL THEN current_schemas(false) ELSE ARRAY[w.schema] END)
               ORDER BY array_position(current_schemas(false), n.nspname) LIMIT 1)
            SELECT current_setting('server_version_num')::int AS version_num, current_setting('wal_level') AS wal_level,
                   pg_is_in_recovery() AS standby,
                   (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
                   CASE WHEN NOT pg_is_in_recovery()
                        THEN ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::bigint
                        ELSE 0 END AS timeline,
                   CASE WHEN pg_is_in_recovery() THEN 0
                        ELSE (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint END AS written,
                   s.slot_name, s.plugin, s.database, s.database = current_database() AS here, s.temporary, s.active_pid,
                   coalesce(s.wal_status, 'lost') AS wal_status, (s.restart_lsn - '0/0'::pg_lsn)::bigint AS restart_lsn,
                   (s.confirmed_flush_lsn - '0/0'::pg_lsn)::bigint AS confirmed_lsn,
                   (to_jsonb(s) ->> 'failover')::boolean AS failover, (to_jsonb(s) ->> 'two_phase')::boolean AS two_phase,
                   p.oid AS publication, p.puballtables OR %1$s AS everything, p.pubinsert, p.pubviaroot,
                   concat(p.oid, '.', p.xmin, '/' || r.oid || '.' || r.xmin) AS version,
                   age(p.xmin) > age(s.catalog_xmin) AND (t.oid IS NULL OR coalesce(age(r.xmin) > age(s.catalog_xmin), false))
                     AS older,
                   obj_description(p.oid, 'pg_publication') AS comment,
                   ARRAY(SELECT format('%%I.%%I', n.nspname, c.relname) FROM pg_publication_rel o
                           JOIN pg_class c ON c.oid = o.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                          WHERE o.prpubid = p.oid AND o.prrelid IS DISTINCT FROM t.oid ORDER BY c.oid LIMIT 3) AS others,
                   r.oid AS published, %2$s AS filtered,
                   ARRAY(SELECT a.attname::text FROM pg_attribute a
                          WHERE a.attrelid = t.oid AND a.attname = ANY(t.columns) AND a.attnum > 0 AND %3$s) AS withheld,
                   t.shown, t.relkind = 'p' AS partitioned,
                   t.relkind = 'r' AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = t.oid) AS inherited,
                   ARRAY(WITH RECURSIVE tree(oid) AS (
                           SELECT t.oid UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)
                         SELECT format('%%I.%%I', n.nspname, c.relname) FROM tree JOIN pg_class c ON c.oid = tree.oid
                           JOIN pg_namespace n ON n.oid = c.relnamespace
                          WHERE c.relkind = 'f' OR c.relkind = 'r' AND c.relpersistence <> 'p') AS unlogged,
                   ARRAY(SELECT k FROM unnest(t.columns) k WHERE NOT EXISTS (SELECT FROM pg_attribute a
                          WHERE a.attrelid = t.oid AND a.attname = k AND a.attnum > 0 AND NOT a.attisdropped)) AS missing,
                   CASE WHEN NOT pg_is_in_recovery()
                        THEN greatest(pg_current_wal_lsn() - s.restart_lsn, 0)::bigint ELSE 0 END AS retained
              FROM w LEFT JOIN pg_replication_slots s ON s.slot_name = w.slot
              LEFT JOIN pg_publication p ON p.pubname = w.publication
              LEFT JOIN t ON true
              LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = t.oid""";

    private final Connection connection;
    private final SlotRequest request;
    private final String sql;

    StreamLookSql(Connection connection, SlotRequest request) throws SQLException {
        this.connection = connection;
        this.request = request;
        boolean filters = connection.getMetaData().getDatabaseMajorVersion() >= FILTERS_SINCE;
        this.sql = LOOK.formatted(
                filters ? "EXISTS (SELECT FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)" : "false",
                filters ? "r.prqual IS NOT NULL" : "false",
                // What is generated is in no log, unless it is asked for.
                filters
                        ? "CASE WHEN r.prattrs IS NULL THEN a.attgenerated <> '' AND coalesce(to_jsonb(p) ->> 'pubgencols', 'n') <> 's'"
                                + " ELSE a.attnum <> ALL(r.prattrs::int2[]) END"
                        : "a.attgenerated <> ''");
    }

    StreamLook take() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, request.slot());
            statement.setString(2, request.publication());
            statement.setString(
                    3, request.table() == null ? null : request.table().schema());
            statement.setString(
                    4, request.table() == null ? null : request.table().table());
            statement.setArray(
                    5, connection.createArrayOf("text", request.columns().toArray()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new StreamLook(server(row), slot(row), publication(row), table(row));
            }
        }
    }

    private static ServerFound server(ResultSet row) throws SQLException {
        return new ServerFound(
                row.getInt("version_num"),
                row.getString("wal_level"),
                row.getBoolean("standby"),
                row.getLong("system_identifier"),
                row.getLong("timeline"),
                row.getLong("written"));
    }

    private static @Nullable SlotFound slot(ResultSet row) throws SQLException {
        if (row.getString("slot_name") == null) {
            return null;
        }
        return new SlotFound(
                new SlotFound.Output(
                        row.getString("plugin"),
                        row.getString("database"),
                        row.getBoolean("here"),
                        row.getBoolean("temporary"),
                        row.getBoolean("two_phase")),
                new SlotFound.Place(
                        row.getObject("restart_lsn", Long.class),
                        row.getObject("confirmed_lsn", Long.class),
                        row.getLong("retained")),
                row.getObject("active_pid", Integer.class),
                row.getString("wal_status"),
                row.getBoolean("failover"));
    }

    private static @Nullable PublicationFound publication(ResultSet row) throws SQLException {
        if (row.getString("publication") == null) {
            return null;
        }
        boolean published = row.getString("published") != null;
        return new PublicationFound(
                row.getString("version"),
                new PublicationFound.Content(
                        row.getBoolean("everything"),
                        row.getBoolean("pubinsert"),
                        row.getBoolean("pubviaroot"),
                        names(row, "others"),
                        published
                                ? new PublicationFound.Published(row.getBoolean("filtered"), names(row, "withheld"))
                                : null),
                row.getBoolean("older"),
                row.getString("comment"));
    }

    private static @Nullable TableFound table(ResultSet row) throws SQLException {
        String shown = row.getString("shown");
        return shown == null
                ? null
                : new TableFound(
                        shown,
                        row.getBoolean("partitioned"),
                        row.getBoolean("inherited"),
                        names(row, "unlogged"),
                        names(row, "missing"));
    }

    private static List<String> names(ResultSet row, String column) throws SQLException {
        Array names = row.getArray(column);
        return Arrays.asList((String[]) names.getArray());
    }
}
