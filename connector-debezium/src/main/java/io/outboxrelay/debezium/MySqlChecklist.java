package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.MySqlLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.MySqlFailures;
import io.outboxrelay.outbox.OutboxColumns;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is to be looked at in a MySQL server that writes rows, one line each. Used by one thread. */
final class MySqlChecklist {

    private static final int DAY_SECONDS = 86_400;
    private static final Duration CLOCKS_APART_MAX = Duration.ofSeconds(2);
    /** Lacking privileges: for a statement, on a table. */
    private static final Set<Integer> DENIED = Set.of(1227, 1142, 1044, 1045);

    private final MySqlSession session;
    private final DebeziumSettings settings;
    private final MySqlChecks judge;
    private final MySqlTable table;
    private String user = "";

    MySqlChecklist(MySqlSession session, DebeziumSettings settings, MySqlChecks judge) {
        this.session = session;
        this.settings = settings;
        this.judge = judge;
        this.table = MySqlTable.of((TableOutbox) settings.outbox(), settings.connection());
    }

    /** @throws RelayException when the server does not answer */
    List<Check> look(Map<String, String> variables, OutboxColumns columns) {
        try {
            user = quotedUser(String.valueOf(first("SELECT CURRENT_USER() AS it")));
            List<Check> checks = new ArrayList<>(List.of(gtids(variables), expiry(variables), clock()));
            Check client = allowed("REPLICATION CLIENT", "SHOW BINARY LOG STATUS", "SHOW MASTER STATUS");
            checks.add(client);
            if (client.verdict() == Check.Verdict.OK) {
                checks.add(judge.logged());
            }
            Check slave = allowed("REPLICATION SLAVE", "SHOW REPLICAS", "SHOW SLAVE HOSTS");
            checks.add(slave);
            if (slave.verdict() == Check.Verdict.OK) {
                checks.add(serverId(variables));
            }
            checks.addAll(table(columns));
            return checks;
        } catch (SQLException e) {
            throw new RelayException(MySqlFailures.classify(e, settings.connection()));
        }
    }

    private static Check gtids(Map<String, String> variables) {
        return "ON".equals(variables.get("gtid_mode"))
                ? Check.ok("gtid_mode", "ON")
                : Check.warn(
                        "gtid_mode",
                        "the server does not number transactions: a place in its log means nothing on a replica",
                        "one after the other, each once no session is left that began before: SET PERSIST enforce_gtid_consistency = ON;"
                                + " SET PERSIST gtid_mode = OFF_PERMISSIVE; SET PERSIST gtid_mode = ON_PERMISSIVE;"
                                + " SET PERSIST gtid_mode = ON;");
    }

    private static Check expiry(Map<String, String> variables) {
        String name = "binlog_expire_logs_seconds";
        String seconds = variables.getOrDefault(name, "0");
        if (seconds.equals("0")) {
            return Check.ok(name, "0: the log is kept until somebody purges it");
        }
        return Long.parseLong(seconds) >= DAY_SECONDS
                ? Check.ok(name, seconds)
                : Check.warn(
                        name,
                        "the server deletes its log after " + seconds + " s, whether it was read or not",
                        "SET PERSIST binlog_expire_logs_seconds = 2592000; -- longer than the relay may ever be away");
    }

    private Check clock() throws SQLException {
        long before = System.currentTimeMillis();
        long there =
                Long.parseLong(String.valueOf(first("SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000 AS SIGNED) AS it")));
        long apart = Math.max(there - System.currentTimeMillis(), before - there);
        return apart > CLOCKS_APART_MAX.toMillis()
                ? Check.warn(
                        "database clock",
                        "it is " + apart / 1_000 + " s " + (there > before ? "ahead of" : "behind")
                                + " this machine's: times from commit to publication are wrong by that",
                        "synchronise both by NTP, for instance by chronyd")
                : Check.ok("database clock", "within " + CLOCKS_APART_MAX.toSeconds() + " s of this machine's");
    }

    /** Tries what takes the privilege, so that it does not matter in which way it was granted. */
    private Check allowed(String privilege, String statement, String earlier) throws SQLException {
        try {
            if (session.rows(statement) == null) {
                session.rows(earlier);
            }
            return Check.ok("privilege " + privilege, "granted");
        } catch (SQLException e) {
            if (!DENIED.contains(e.getErrorCode())) {
                throw e;
            }
            return Check.fail(
                    "privilege " + privilege,
                    user + " may not " + (privilege.endsWith("SLAVE") ? "be sent the log" : "ask where the log ends"),
                    "GRANT " + privilege + " ON *.* TO " + user + ";");
        }
    }

    private Check serverId(Map<String, String> variables) throws SQLException {
        String subject = "server id";
        int id = ((MySqlLog) settings.log()).serverId();
        if (id == 0) {
            return Check.ok(subject, "drawn at random for each attempt, far from those that people choose");
        }
        if (String.valueOf(id).equals(variables.get("server_id"))) {
            return Check.warn(
                    subject, "source.serverId " + id + " is the server's own", "choose another, or leave it out");
        }
        List<Map<String, @Nullable String>> readers = session.rows("SHOW REPLICAS");
        for (Map<String, @Nullable String> reader : readers != null ? readers : rows("SHOW SLAVE HOSTS")) {
            if (String.valueOf(id).equals(reader.get("server_id"))) {
                return Check.warn(
                        subject,
                        "somebody reads the log as " + id + " by now: a replica, or this relay itself",
                        "if no relay of these settings runs, choose another source.serverId, or leave it out");
            }
        }
        return Check.ok(subject, id + " is nobody else's");
    }

    private List<Check> table(OutboxColumns routed) throws SQLException {
        String made;
        try {
            made = session.tableMade(table);
        } catch (RelayException e) {
            return List.of(Check.fail(
                    "privilege SELECT",
                    user + " may not see " + table,
                    "GRANT SELECT ON " + table.quoted() + " TO " + user
                            + "; -- if it is there; see outbox-relay init-sql"));
        }
        if (made == null) {
            return List.of(Check.fail("table", List.of(judge.noTable())));
        }
        List<Check> checks = new ArrayList<>(List.of(Check.ok("privilege SELECT", "granted")));
        checks.add(columns(routed));
        String engine = made.replaceAll("(?s).*\\) ENGINE=(\\w+).*", "$1");
        if (!engine.equalsIgnoreCase("InnoDB")) {
            checks.add(Check.warn(
                    "table",
                    table + " is of engine " + engine + ", whose rows stay where a transaction is rolled back",
                    "ALTER TABLE " + table.quoted() + " ENGINE = InnoDB;"));
        } else if (!made.contains("PRIMARY KEY (")) {
            checks.add(Check.warn(
                    "table",
                    table + " has no primary key: replicas search it as a whole for each row that is deleted",
                    "ALTER TABLE " + table.quoted() + " ADD PRIMARY KEY (`" + outbox().id() + "`);"));
        } else {
            checks.add(Check.ok("table", table + ", InnoDB, with a primary key"));
        }
        return checks;
    }

    private Check columns(OutboxColumns routed) throws SQLException {
        Set<String> there = new LinkedHashSet<>();
        for (Map<String, @Nullable String> column : rows("SHOW COLUMNS FROM " + table.quoted())) {
            there.add(String.valueOf(column.get("field")).toLowerCase(Locale.ROOT));
        }
        Set<String> wanted = new LinkedHashSet<>(List.of(outbox().id(), outbox().key(), outbox().payload()));
        wanted.addAll(routed.names());
        List<Problem> problems = wanted.stream()
                .filter(name -> !there.contains(name.toLowerCase(Locale.ROOT)))
                .map(name -> new Problem(
                        "there is no column " + name + " in " + table,
                        "correct the names under outbox.columns and route, or: ALTER TABLE " + table.quoted()
                                + " ADD COLUMN `"
                                + name.replace("`", "``") + "` "
                                + (name.equals(outbox().payload()) ? "longtext" : "varchar(255)") + ";"))
                .toList();
        return problems.isEmpty() ? Check.ok("columns", String.join(", ", wanted)) : Check.fail("columns", problems);
    }

    private TableOutbox outbox() {
        return (TableOutbox) settings.outbox();
    }

    private List<Map<String, @Nullable String>> rows(String query) throws SQLException {
        List<Map<String, @Nullable String>> rows = session.rows(query);
        return rows == null ? List.of() : rows;
    }

    private @Nullable String first(String query) throws SQLException {
        return rows(query).get(0).get("it");
    }

    /** As SQL has it: {@code 'name'@'host'}. */
    private static String quotedUser(String user) {
        int at = user.lastIndexOf('@');
        return "'" + user.substring(0, at).replace("'", "''") + "'@'" + user.substring(at + 1) + "'";
    }
}
