package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.ScriptText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that makes an outbox which is read from MySQL's log, for people to read, keep and run: table and users, what each may do, and
 * why. It may be run again. Every name is quoted. Immutable.
 *
 * @param outbox names of the table, which is {@code database.table}, and of its columns
 * @param routed the columns that routing asks for
 * @param required those of them that must have a value
 * @param payloadType one of {@link #PAYLOAD_TYPES}
 * @param users who uses it
 */
public record MySqlOutboxScript(
        TableOutbox outbox, List<String> routed, Set<String> required, String payloadType, Users users) {

    /** The types that a payload may have, the usual one first. */
    public static final List<String> PAYLOAD_TYPES = List.of("longtext", "json", "longblob");

    private static final int NAME_CHARACTERS_MAX = 64;
    private static final int USER_CHARACTERS_MAX = 32;

    /**
     * Who uses the outbox, each a name, or {@code name@host}.
     *
     * @param relay the relay's; created if it is not there
     * @param writer the application's, which must be there, or null to leave its grants for later
     */
    public record Users(String relay, @Nullable String writer) {}

    public MySqlOutboxScript {
        routed = List.copyOf(routed);
        required = Set.copyOf(required);
        if (!PAYLOAD_TYPES.contains(payloadType)) {
            throw new IllegalArgumentException("a payload is one of " + String.join(", ", PAYLOAD_TYPES));
        }
    }

    /**
     * The name of a table with its database, where the URL of a connection says which.
     *
     * @throws RelayException MISCONFIGURED when neither does
     */
    public static String table(String written, ConnectionSettings connection) {
        return MySqlTable.of(TableOutbox.of(written), connection).toString();
    }

    /**
     * The script, each line ended by a line feed.
     *
     * @throws IllegalArgumentException for a name that nothing in MySQL can have, or that holds control characters
     */
    public String text() {
        int dot = outbox.table().indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException("On MySQL, --table DATABASE.TABLE says where the outbox is to be");
        }
        MySqlTable table = new MySqlTable(
                named(outbox.table().substring(0, dot)), named(outbox.table().substring(dot + 1)));
        ScriptText script = new ScriptText();
        head(script, table);
        columns(script, table);
        relay(script, table);
        writer(script, table);
        return script.toString();
    }

    private static void head(ScriptText script, MySqlTable table) {
        script.line("-- The outbox " + table + " for Outbox Relay, read from the log of MySQL 8.0 or later.")
                .line("-- Run it as a user who may make tables and users, and may grant what is granted here:")
                .line("--   mysql --user=root --password < THIS_FILE")
                .line(
                        "-- It may be run again: what is there already is left as it is. Whether that is sound, `outbox-relay doctor` says.")
                .line("--")
                .line(
                        "-- The server must write rows to its log, and whole ones, which is how it is shipped: log_bin, binlog_format = ROW,")
                .line(
                        "-- binlog_row_image = FULL. Number its transactions where you can (gtid_mode = ON), so that reading goes on after a failover")
                .line(
                        "-- too, and keep the log for longer than the relay may ever be away (binlog_expire_logs_seconds).");
        script.blank().line("CREATE DATABASE IF NOT EXISTS " + quoted(table.database()) + ";");
    }

    private void columns(ScriptText script, MySqlTable table) {
        Map<String, ScriptText.Definition> columns = new LinkedHashMap<>();
        columns.put(
                outbox.id(),
                new ScriptText.Definition(
                        "varchar(64) NOT NULL PRIMARY KEY", "the event's id: consumers know repeats by it"));
        List<String> own = List.of(outbox.id(), outbox.key(), outbox.payload());
        // What must be there first.
        routed.stream()
                .filter(name -> required.contains(name) && !own.contains(name))
                .forEach(name -> columns.put(
                        name, new ScriptText.Definition("varchar(255) NOT NULL", "a part of the topic's name")));
        routed.stream()
                .filter(name -> !required.contains(name) && !own.contains(name))
                .forEach(name ->
                        columns.put(name, new ScriptText.Definition("varchar(255)", "a header; NULL leaves it out")));
        columns.put(
                outbox.key(),
                new ScriptText.Definition("varchar(255) NOT NULL", "the message's key, which order is kept by"));
        columns.put(
                outbox.payload(), new ScriptText.Definition(payloadType, "the message's value; NULL is a tombstone"));
        script.blank()
                .line(
                        "-- One row for each event, inserted by the transaction that changes the state which it tells of. Events are published in")
                .line(
                        "-- the order in which transactions committed. A row may be deleted at any time, in the same transaction too.")
                .line("CREATE TABLE IF NOT EXISTS " + table.quoted() + " (");
        int left = columns.size();
        for (Map.Entry<String, ScriptText.Definition> column : columns.entrySet()) {
            String end = --left == 0 ? "" : ",";
            script.line("  " + quoted(named(column.getKey())) + " "
                    + column.getValue().sql() + end + " -- " + column.getValue().meaning());
        }
        script.line(") ENGINE = InnoDB CHARACTER SET utf8mb4;");
    }

    private void relay(ScriptText script, MySqlTable table) {
        String relay = user(users.relay());
        script.blank()
                .line(
                        "-- The relay's user. REPLICATION SLAVE is to be sent the log, which is that of the whole server: no less can be granted;")
                .line(
                        "-- REPLICATION CLIENT to ask where it ends, and what is still there of it; SELECT to be told how the table was made.")
                .line("CREATE USER IF NOT EXISTS " + relay + " ACCOUNT LOCK;")
                .line("GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO " + relay + ";")
                .line("GRANT SELECT ON " + table.quoted() + " TO " + relay + ";")
                .line("-- Give it a password, and let it in: ALTER USER " + relay
                        + " IDENTIFIED BY 'choose-one' ACCOUNT UNLOCK;");
    }

    private void writer(ScriptText script, MySqlTable table) {
        String writer = users.writer();
        script.blank()
                .line(
                        "-- The application inserts. To delete rows again it needs DELETE, and SELECT of the columns that it finds them by. It must not")
                .line(
                        "-- be able to write statements, or nothing at all, to the log instead of rows: grant it neither SYSTEM_VARIABLES_ADMIN nor")
                .line("-- SESSION_VARIABLES_ADMIN nor SUPER.")
                .line((writer == null ? "-- " : "") + "GRANT INSERT, SELECT, DELETE ON " + table.quoted() + " TO "
                        + (writer == null ? "'APPLICATION'@'%'" : user(writer)) + ";");
    }

    private static String quoted(String name) {
        return '`' + name.replace("`", "``") + '`';
    }

    private static String user(String written) {
        int at = written.lastIndexOf('@');
        String name = at < 0 ? written : written.substring(0, at);
        String host = at < 0 ? "%" : written.substring(at + 1);
        checked(host, NAME_CHARACTERS_MAX);
        return literal(checked(name, USER_CHARACTERS_MAX)) + '@' + literal(host);
    }

    private static String literal(String text) {
        return '\'' + text.replace("\\", "\\\\").replace("'", "''") + '\'';
    }

    private static String named(String name) {
        return checked(name, NAME_CHARACTERS_MAX);
    }

    private static String checked(String name, int charactersMax) {
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "'" + name.replaceAll("\\p{Cntrl}", "?") + "' is not a name to use here");
        }
        if (name.length() > charactersMax) {
            throw new IllegalArgumentException(
                    "'" + name + "' is longer than MySQL's " + charactersMax + " characters");
        }
        return name;
    }
}
