package io.outboxrelay.debezium;

import io.debezium.connector.postgresql.PostgresConnector;
import io.outboxrelay.debezium.DebeziumSettings.MessageOutbox;
import io.outboxrelay.debezium.DebeziumSettings.Outbox;
import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.TableName;
import java.util.Map;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** The settings of Debezium's PostgreSQL connector for one attempt. Each that matters says why. */
final class PostgresProperties {

    /** Values are sent as the session renders them: what the role or the database is set to must not show in them, nor confuse Debezium. */
    private static final String RENDERING =
            "-c DateStyle=ISO,YMD -c IntervalStyle=postgres -c bytea_output=hex -c extra_float_digits=1"
                    + " -c standard_conforming_strings=on -c lc_monetary=C -c statement_timeout=0";

    private PostgresProperties() {}

    /**
     * All of them.
     *
     * @param name of the connector; no two of a process may have the same at once
     * @param everyTable whether Debezium takes tables of every name, see {@link ReadTables}
     */
    static Map<String, String> of(DebeziumSettings settings, String name, boolean everyTable) {
        Map<String, String> all = ConnectorProperties.common(settings, name, PostgresConnector.class);
        connection(settings.connection(), all);
        PostgresLog log = (PostgresLog) settings.log();
        all.put("plugin.name", "pgoutput");
        all.put("slot.name", log.slot());
        all.put("publication.name", log.publication());
        outbox(settings.outbox(), everyTable, all);
        all.put("status.update.interval.ms", "1000");
        all.put("time.precision.mode", "microseconds");
        promises(all);
        return Map.copyOf(all);
    }

    private static void connection(ConnectionSettings connection, Map<String, String> all) {
        Properties url = Driver.parseURL(connection.url(), new Properties());
        if (url == null) {
            throw new IllegalArgumentException("not a PostgreSQL URL: " + connection.urlShown());
        }
        String[] hosts = PGProperty.PG_HOST.getOrDefault(url).split(",", -1);
        String[] ports = PGProperty.PG_PORT.getOrDefault(url).split(",", -1);
        StringBuilder before = new StringBuilder();
        for (int i = 0; i < hosts.length - 1; i++) {
            before.append(hosts[i]).append(':').append(ports[i]).append(',');
        }
        // Debezium puts the port behind the last host.
        all.put("database.hostname", before + hosts[hosts.length - 1]);
        all.put("database.port", ports[ports.length - 1]);
        all.put("database.dbname", String.valueOf(PGProperty.PG_DBNAME.getOrDefault(url)));
        for (String parameter : url.stringPropertyNames()) {
            if (!parameter.startsWith("PG")) {
                all.put("driver." + parameter, url.getProperty(parameter));
            }
        }
        ConnectorProperties.login(
                all,
                url.getProperty("user", connection.username()),
                url.getProperty("password", connection.password()));
        all.put("database.sslmode", url.getProperty("sslmode", "prefer"));
        all.put(
                "driver.connectTimeout",
                String.valueOf(Math.max(1, connection.connectTimeout().toSeconds())));
        all.put("driver.ApplicationName", "outbox-relay");
        String options = url.getProperty("options");
        all.put("driver.options", options == null ? RENDERING : options + " " + RENDERING);
    }

    private static void outbox(Outbox outbox, boolean everyTable, Map<String, String> all) {
        // Nobody else's messages: they would be decoded for nothing.
        String messages = ExactName.expression(Barrier.PREFIX);
        if (outbox instanceof TableOutbox rows) {
            TableName table = TableName.parse(rows.table());
            String schema = table.schema() == null ? "[^.]+" : ExactName.expression(table.schema());
            all.put("table.include.list", everyTable ? ".*" : schema + "\\." + ExactName.expression(table.table()));
        } else if (outbox instanceof MessageOutbox written) {
            messages += "," + ExactName.expression(written.prefix());
            // No table: of one that is not named, Debezium would read the columns at every start.
            all.put("table.include.list", "pg_catalog\\.none");
        }
        all.put("message.prefix.include.list", messages);
    }

    private static void promises(Map<String, String> all) {
        all.put("publication.autocreate.mode", "disabled");
        all.put("slot.max.retries", "0");
        all.put("slot.drop.on.stop", "false");
        all.put("lsn.flush.mode", "connector");
        all.put("lsn.flush.timeout.action", "fail");
    }
}
