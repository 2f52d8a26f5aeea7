package io.outboxrelay.debezium;

import io.debezium.connector.mysql.MySqlConnector;
import io.debezium.relational.history.SchemaHistory;
import io.outboxrelay.debezium.DebeziumSettings.MySqlLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.jdbc.ConnectionSettings;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The settings of Debezium's MySQL connector for one attempt. Each that matters says why. */
final class MySqlProperties {

    private static final String HISTORY = "schema.history.internal.";

    private static final String BLANKS = "(?:\\s|/\\*.*?\\*/)";

    /**
     * {@code CREATE TABLE IF NOT EXISTS ... LIKE}, for statements that Debezium is not to understand: it would take a table that is there
     * already to be like the other one from then on. One that is made so it does not know then, which is noticed where it matters.
     */
    private static final String MADE_LIKE_ANOTHER =
            String.join(BLANKS + '+', "CREATE", "TABLE", "IF", "NOT", "EXISTS\\b") + "(?:[^`(]|`[^`]*`)+\\(?" + BLANKS
                    + "*\\bLIKE\\b.*";

    private MySqlProperties() {}

    /**
     * All of them.
     *
     * @param name of the connector; no two of a process may have the same at once
     * @param byFile whether reading goes on by file and position although the server numbers transactions by now
     */
    static Map<String, String> of(DebeziumSettings settings, String name, boolean byFile) {
        Map<String, String> all = ConnectorProperties.common(settings, name, MySqlConnector.class);
        connection(settings.connection(), all);
        MySqlLog log = (MySqlLog) settings.log();
        all.put("database.server.id", String.valueOf(log.serverIdOrRandom()));
        all.put("gtid.ignore.on.recovery", String.valueOf(byFile));
        MySqlTable table = MySqlTable.of((TableOutbox) settings.outbox(), settings.connection());
        all.put("database.include.list", ExactName.expression(table.database()));
        all.put(
                "table.include.list",
                ExactName.expression(table.database()) + "\\." + ExactName.expression(table.name()));
        pace(all);
        promises(all);
        rendering(all);
        all.put(HISTORY.substring(0, HISTORY.length() - 1), ColumnHistory.class.getName());
        all.put(ColumnHistory.ATTEMPT, name);
        // Every statement is told to ColumnHistory, which keeps what matters: what is told of the outbox alone leaves
        // out
        // copies that are made to take its place, and that it gives its name away.
        all.put(HISTORY + "store.only.captured.tables.ddl", "false");
        all.put(HISTORY + "store.only.captured.databases.ddl", "false");
        all.put(
                SchemaHistory.DDL_FILTER.name(),
                SchemaHistory.DDL_FILTER.defaultValueAsString() + ',' + BLANKS + '*' + MADE_LIKE_ANOTHER);
        return Map.copyOf(all);
    }

    private static void connection(ConnectionSettings connection, Map<String, String> all) {
        MySqlUrl url = MySqlUrl.parse(connection.url());
        all.put("database.hostname", url.host());
        all.put("database.port", String.valueOf(url.port()));
        Map<String, String> parameters = new HashMap<>(url.parameters());
        String user = parameters.remove("user");
        String password = parameters.remove("password");
        ConnectorProperties.login(
                all, user == null ? connection.username() : user, password == null ? connection.password() : password);
        String sslMode = parameters.remove("sslMode");
        all.put("database.ssl.mode", sslMode == null ? "preferred" : sslMode.toLowerCase(Locale.ROOT));
        store(parameters, "trustCertificateKeyStore", "database.ssl.truststore", all);
        store(parameters, "clientCertificateKeyStore", "database.ssl.keystore", all);
        parameters.forEach((parameter, value) -> all.put("driver." + parameter, value));
        // Not the server's, whose name for it Java may not know.
        all.put("driver.connectionTimeZone", "UTC");
        all.put("connect.timeout.ms", String.valueOf(connection.connectTimeout().toMillis()));
    }

    /** A file of keys: the driver takes a URL of it, Debezium its path. */
    private static void store(Map<String, String> parameters, String driver, String debezium, Map<String, String> all) {
        String url = parameters.remove(driver + "Url");
        if (url != null) {
            all.put(debezium, url.replaceFirst("^file:(//)?", ""));
        }
        String password = parameters.remove(driver + "Password");
        if (password != null) {
            all.put(debezium + ".password", password);
        }
    }

    private static void pace(Map<String, String> all) {
        // A client that connects again by itself would go on from where it thinks it was. The interval is also how
        // often the
        // server says that it has nothing to say, which shows that the connection lives.
        all.put("connect.keep.alive", "false");
        all.put("connect.keep.alive.interval.ms", "250");
    }

    private static void promises(Map<String, String> all) {
        // Where to begin, and the columns of then, are stored before the first start: there is never anything to take.
        all.put("snapshot.locking.mode", "none");
        all.put("event.deserialization.failure.handling.mode", "fail");
        all.put("inconsistent.schema.handling.mode", "fail");
        all.put(HISTORY + "skip.unparseable.ddl", "false");
        all.put("include.schema.changes", "false");
    }

    private static void rendering(Map<String, String> all) {
        all.put("bigint.unsigned.handling.mode", "precise");
        all.put("time.precision.mode", "adaptive_time_microseconds");
        all.put("enable.time.adjuster", "false");
    }
}
