package io.outboxrelay.debezium;

import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.POSITION_LOST;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What must be true of a server so that its log has every event, and has it still. Used by the source's thread only. */
public final class MySqlChecks {

    private static final String COMPRESSION = "binlog_transaction_compression";
    static final String GO_ON =
            "; to go on without it, outbox-relay repair publishes what stands in the table and begins anew behind that; by another"
                    + " source.position.topic (or file) reading begins at the end of the log, and events between are never"
                    + " published";

    private final MySqlSession session;
    private final MySqlTable table;

    public MySqlChecks(MySqlSession session, MySqlTable table) {
        this.session = session;
        this.table = table;
    }

    /**
     * Whether the server writes what is read.
     *
     * @param variables the server's
     * @throws RelayException MISCONFIGURED, with all problems
     */
    public void checkServer(Map<String, String> variables) {
        List<Problem> problems = new ArrayList<>();
        ofServer(variables)
                .forEach(
                        check -> problems.addAll(check.verdict() == Check.Verdict.FAIL ? check.problems() : List.of()));
        if (problems.isEmpty() && session.tableMade(table) == null) {
            problems.add(noTable());
        }
        if (!problems.isEmpty()) {
            throw new RelayException(new Failure(MISCONFIGURED, problems, null));
        }
    }

    /** What is wrong where the table is not there. */
    Problem noTable() {
        return new Problem(
                "there is no table " + table
                        + " (a view is none: its rows are in the log by another name), or the relay's user may not see it",
                "create it, or correct outbox.table; else GRANT SELECT ON " + table.quoted() + " TO the relay's user");
    }

    /** Whether the server writes what is read, one line for each of its variables; only the first where it is another server. */
    static List<Check> ofServer(Map<String, String> variables) {
        String version = variables.getOrDefault("version", "of unknown version");
        if (version.contains("MariaDB")) {
            return List.of(
                    Check.fail(
                            "server",
                            "the server is MariaDB (" + version + "), whose log is not MySQL's",
                            "there is no reader of MariaDB's log yet: Debezium's connector for it is not available in the version used"));
        }
        String format = variables.getOrDefault("binlog_format", "ROW");
        boolean numbered = "ON".equals(variables.get("gtid_mode"));
        boolean compressed = "ON".equals(variables.get("binlog_transaction_compression"));
        return List.of(
                Check.ok("server", "MySQL " + version),
                expected(variables, "log_bin", "ON", "start the server with log_bin"),
                format.equals("ROW")
                        ? Check.ok("binlog_format", format)
                        : Check.fail(
                                "binlog_format",
                                "binlog_format is " + format
                                        + ": the log has statements, and no rows, of what is committed now",
                                "SET PERSIST binlog_format = 'ROW'; -- and end the sessions that began before"),
                expected(variables, "binlog_row_image", "FULL", "SET PERSIST binlog_row_image = 'FULL';"),
                compressed && !numbered
                        ? Check.fail(
                                COMPRESSION,
                                "binlog_transaction_compression is ON without GTIDs: places inside a compressed transaction are no"
                                        + " places to begin at",
                                "SET PERSIST binlog_transaction_compression = OFF; -- or switch GTIDs on")
                        : Check.ok(COMPRESSION, compressed ? "ON, with GTIDs" : "OFF"));
    }

    private static Check expected(Map<String, String> variables, String name, String value, String remedy) {
        String found = variables.getOrDefault(name, value);
        return found.equals(value)
                ? Check.ok(name, value)
                : Check.fail(name, name + " is " + found + ", and must be " + value, remedy);
    }

    /**
     * Whether the table's database is among those whose transactions the server logs. That changes at a start of the server only.
     *
     * @throws RelayException MISCONFIGURED when it is not
     */
    public void checkLogged() {
        Check logged = logged();
        if (logged.verdict() == Check.Verdict.FAIL) {
            throw new RelayException(new Failure(MISCONFIGURED, logged.problems(), null));
        }
    }

    /** The same as a line of a list. */
    Check logged() {
        List<String> filters = session.filters();
        List<String> only = List.of(filters.get(0).split(",", -1));
        boolean left = filters.get(0).isEmpty() || only.contains(table.database());
        if (left && !List.of(filters.get(1).split(",", -1)).contains(table.database())) {
            return Check.ok("logged databases", table.database() + " is among them");
        }
        return Check.fail(
                "logged databases",
                "the server leaves database " + table.database() + " out of its log",
                "start it without --binlog-do-db and --binlog-ignore-db; what was written before is not read");
    }

    /**
     * Whether everything behind a place is still in this server's log, and everything before it ever was.
     *
     * @throws RelayException POSITION_LOST when not
     */
    public void checkCovers(MySqlState.Place place, Map<String, String> variables) {
        // Of another server nothing follows from it.
        if (place.serverUuid().equals(variables.get("server_uuid"))
                && new MySqlLogFiles(session).begunAnewSince(place)) {
            throw new RelayException(
                    POSITION_LOST,
                    "the server began its log anew after " + place.mark().file() + ':'
                            + place.mark().position()
                            + " was read, so that the same names and numbers are of other transactions",
                    "find out what RESET MASTER, or RESET BINARY LOGS AND GTIDS, was for" + GO_ON);
        }
        String gtids = place.mark().gtids();
        if (gtids != null && "ON".equals(variables.get("gtid_mode"))) {
            checkTransactions(gtids, variables);
        } else {
            checkFile(place, variables);
        }
    }

    private void checkTransactions(String gtids, Map<String, String> variables) {
        String purged = session.missing(variables.getOrDefault("gtid_purged", ""), gtids);
        if (!purged.isEmpty()) {
            throw new RelayException(
                    POSITION_LOST,
                    "transactions that were not read are purged from the server's log: " + shortened(purged),
                    "keep the log for longer than the relay may be away (binlog_expire_logs_seconds), or go to a replica that"
                            + " still has them" + GO_ON);
        }
        String never = session.missing(gtids, variables.getOrDefault("gtid_executed", ""));
        if (!never.isEmpty()) {
            throw new RelayException(
                    POSITION_LOST,
                    "transactions that were read never happened on this server: " + shortened(never),
                    "find out whether it was restored to an earlier time, is a replica that lags behind, or another database"
                            + GO_ON);
        }
    }

    /**
     * Whether the server is still the one that the log is read from.
     *
     * @throws RelayException TRANSIENT when not: the next start finds out whether this one will do
     */
    void checkSameServer(MySqlState.Place place, Map<String, String> variables) {
        String uuid = variables.getOrDefault("server_uuid", "");
        if (!uuid.equals(place.serverUuid())) {
            throw new RelayException(
                    TRANSIENT,
                    "another server answers under the same address (server_uuid " + uuid + ", before: "
                            + place.serverUuid() + ")",
                    "nothing; the relay looks whether that one has everything");
        }
    }

    private void checkFile(MySqlState.Place place, Map<String, String> variables) {
        String uuid = variables.getOrDefault("server_uuid", "");
        if (!uuid.equals(place.serverUuid())) {
            throw new RelayException(
                    POSITION_LOST,
                    "the server is another (server_uuid " + uuid + ", read before: " + place.serverUuid()
                            + "), and without GTIDs a place in one server's log is none in another's",
                    "go back to the server that was read; switch GTIDs on, so that servers can be told to be alike"
                            + GO_ON);
        }
        Long size = new MySqlLogFiles(session).sizes().get(place.mark().file());
        if (size == null || size < place.mark().position()) {
            throw new RelayException(
                    POSITION_LOST,
                    size == null
                            ? "the log's file " + place.mark().file() + ", in which reading goes on, is purged"
                            : "the log's file " + place.mark().file() + " ends at " + size + ", before "
                                    + place.mark().position() + ", where reading goes on",
                    "keep the log for longer than the relay may be away (binlog_expire_logs_seconds); a file that is shorter"
                            + " than before lost what a crash undid (sync_binlog = 1 prevents it)" + GO_ON);
        }
    }

    /**
     * Whether the table may have had another name, under which something was stored: rows that stand in the log under that are not read.
     *
     * @param stored tables of this server that something is stored of
     * @throws RelayException POSITION_LOST when one of them is not there
     */
    void checkNotRenamed(List<MySqlTable> stored) {
        for (MySqlTable other : stored) {
            if (isGone(other)) {
                throw new RelayException(
                        POSITION_LOST,
                        "a position is stored of " + other + ", which is not there, and none of " + table
                                + ": if it was renamed, what stands in the log under the earlier name would be left out",
                        "rename it back, and let the relay publish what is left before it is renamed; or, where nothing is left, CREATE"
                                + " TABLE " + other.quoted()
                                + " (gone INT); or run outbox-relay repair, which publishes every row that stands in "
                                + table);
            }
        }
    }

    private boolean isGone(MySqlTable other) {
        try {
            return session.tableMade(other) == null;
        } catch (RelayException e) {
            if (e.failure().kind() == MISCONFIGURED) {
                // Another relay's, which this one's user may not see.
                return false;
            }
            throw e;
        }
    }

    private static String shortened(String gtids) {
        return gtids.length() <= 200 ? gtids : gtids.substring(0, 200) + "...";
    }
}
