package io.outboxrelay.debezium;

import io.debezium.connector.postgresql.PostgresConnector;
import io.outboxrelay.debezium.DebeziumSettings.MessageOutbox;
import io.outboxrelay.debezium.DebeziumSettings.Outbox;
import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.TableName;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Pattern;
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
        Map<String, String> all = new HashMap<>(settings.passedThrough().settings());
        connection(settings.connection(), all);
        PostgresLog log = (PostgresLog) settings.log();
        // Debezium looks up by it which of its own parts are for this connector.
        all.put("connector.class", PostgresConnector.class.getName());
        all.put("name", name);
        all.put("topic.prefix", name);
        all.put("plugin.name", "pgoutput");
        all.put("slot.name", log.slot());
        all.put("publication.name", log.publication());
        outbox(settings.outbox(), everyTable, all);
        pace(settings.reading(), all);
        promises(all);
        rendering(all);
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
        String user = url.getProperty("user", connection.username());
        if (user != null) {
            all.put("database.user", user);
        }
        String password = url.getProperty("password", connection.password());
        if (password != null) {
            all.put("database.password", password);
        }
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
        String messages = Pattern.quote(Barrier.PREFIX);
        if (outbox instanceof TableOutbox rows) {
            TableName table = TableName.parse(rows.table());
            String schema = table.schema() == null ? "[^.]+" : Pattern.quote(table.schema());
            all.put("table.include.list", everyTable ? ".*" : schema + "\\." + Pattern.quote(table.table()));
        } else if (outbox instanceof MessageOutbox written) {
            messages += "," + Pattern.quote(written.prefix());
            // No table: of one that is not named, Debezium would read the columns at every start.
            all.put("table.include.list", "pg_catalog\\.none");
        }
        all.put("message.prefix.include.list", messages);
    }

    private static void pace(DebeziumSettings.Reading reading, Map<String, String> all) {
        all.put("poll.interval.ms", "5");
        all.put("max.batch.size", "2048");
        all.put("max.queue.size", "8192");
        all.put("max.queue.size.in.bytes", String.valueOf(reading.bytesMax()));
        all.put("heartbeat.interval.ms", "200");
        all.put("status.update.interval.ms", "1000");
        // Its thread may be waiting for room in the queue, which nobody empties any more: it is interrupted after this.
        all.put("executor.shutdown.timeout.ms", "500");
        all.put("extended.headers.enabled", "false");
        all.put("statistics.metrics.enabled", "false");
    }

    private static void promises(Map<String, String> all) {
        all.put("publication.autocreate.mode", "disabled");
        all.put("snapshot.mode", "no_data");
        all.put("slot.max.retries", "0");
        all.put("slot.drop.on.stop", "false");
        all.put("lsn.flush.mode", "connector");
        all.put("lsn.flush.timeout.action", "fail");
        all.put("errors.max.retries", "0");
        all.put("retriable.restart.connector.wait.ms", "100");
        all.put("event.processing.failure.handling.mode", "fail");
        all.put("skipped.operations", "u,d,t");
        all.put("tombstones.on.delete", "false");
        all.put("provide.transaction.metadata", "false");
    }

    /** So that nothing of a value is lost before it is made text. */
    private static void rendering(Map<String, String> all) {
        all.put("binary.handling.mode", "bytes");
        all.put("decimal.handling.mode", "string");
        all.put("time.precision.mode", "microseconds");
        all.put("column.propagate.source.type", ".*");
    }
}
