package io.outboxrelay.jdbc;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * Which outbox settings lead to, as far as they tell without a database: the same server may have several names, and so may the
 * same table. Two that are known to be the same are; two that are not may be all the same.
 *
 * @param servers each {@code host:port}, in lower case; where there are several, they are those of one cluster
 * @param database its name
 * @param table with its schema; where none is written, that in which the server looks first
 */
public record OutboxAddress(Set<String> servers, String database, TableName table) {

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1", "[::1]");
    private static final String SCHEMA_DEFAULT = "public";

    public OutboxAddress {
        servers = Set.copyOf(servers);
    }

    /** The outbox behind a JDBC URL; nothing where URL or table cannot be understood. */
    public static Optional<OutboxAddress> of(String url, @Nullable String username, String table) {
        Properties parsed = Driver.parseURL(url, new Properties());
        if (parsed == null) {
            return Optional.empty();
        }
        TableName name;
        try {
            name = TableName.parse(table);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        String user = username == null ? PGProperty.USER.getOrDefault(parsed) : username;
        String database = PGProperty.PG_DBNAME.getOrDefault(parsed);
        String schema = PGProperty.CURRENT_SCHEMA.getOrDefault(parsed);
        return Optional.of(new OutboxAddress(
                servers(parsed),
                database == null ? String.valueOf(user) : database,
                name.schema() != null ? name : new TableName(firstOf(schema), name.table())));
    }

    /** Whether both are known to be the same. */
    public boolean isSameAs(OutboxAddress other) {
        return database.equals(other.database)
                && table.equals(other.table)
                && !Collections.disjoint(servers, other.servers);
    }

    private static Set<String> servers(Properties parsed) {
        String[] hosts = String.valueOf(PGProperty.PG_HOST.getOrDefault(parsed)).split(",", -1);
        String[] ports = String.valueOf(PGProperty.PG_PORT.getOrDefault(parsed)).split(",", -1);
        Set<String> servers = new LinkedHashSet<>();
        for (int i = 0; i < hosts.length; i++) {
            String host = hosts[i].toLowerCase(Locale.ROOT);
            servers.add((LOOPBACK.contains(host) ? "localhost" : host) + ":" + ports[Math.min(i, ports.length - 1)]);
        }
        return servers;
    }

    private static String firstOf(@Nullable String searchPath) {
        return searchPath == null
                ? SCHEMA_DEFAULT
                : Arrays.stream(searchPath.split(",", -1))
                        .map(String::trim)
                        .findFirst()
                        .orElse(SCHEMA_DEFAULT);
    }
}
