package io.outboxrelay.debezium;

import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.POSITION_LOST;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What must be true of a server so that its log has every event, and has it still. Used by the source's thread only. */
final class MySqlChecks {

    private static final String GO_ON =
            "; to go on without it, name another source.position.topic (or file): then reading begins at"
                    + " the end of the log, and events between are never published";

    private final MySqlSession session;
    private final MySqlTable table;

    MySqlChecks(MySqlSession session, MySqlTable table) {
        this.session = session;
        this.table = table;
    }

    /**
     * Whether the server writes what is read.
     *
     * @param variables the server's
     * @throws RelayException MISCONFIGURED, with all problems
     */
    void checkServer(Map<String, String> variables) {
        List<Problem> problems = new ArrayList<>();
        String version = variables.getOrDefault("version", "");
        if (version.contains("MariaDB")) {
            throw new RelayException(
                    MISCONFIGURED,
                    "the server is MariaDB (" + version + "), whose log is not MySQL's",
                    "there is no reader of MariaDB's log yet: Debezium's connector for it is not available in the version used");
        }
        expect(variables, "log_bin", "ON", "start the server with log_bin", problems);
        String format = variables.getOrDefault("binlog_format", "ROW");
        if (!format.equals("ROW")) {
            problems.add(new Problem(
                    "binlog_format is " + format + ": the log has statements, and no rows, of what is committed now",
                    "SET PERSIST binlog_format = 'ROW'; and end the sessions that began before"));
        }
        expect(variables, "binlog_row_image", "FULL", "SET PERSIST binlog_row_image = 'FULL';", problems);
        if (!"ON".equals(variables.get("gtid_mode")) && "ON".equals(variables.get("binlog_transaction_compression"))) {
            problems.add(new Problem(
                    "binlog_transaction_compression is ON without GTIDs: places inside a compressed transaction are no places to begin at",
                    "SET PERSIST binlog_transaction_compression = OFF; or switch GTIDs on"));
        }
        if (session.tableMade(table) == null) {
            problems.add(new Problem(
                    "there is no table " + table + ", or the relay's user may not see it",
                    "create it, or correct outbox.table; else GRANT SELECT ON " + table.quoted()
                            + " TO the relay's user"));
        }
        if (!problems.isEmpty()) {
            throw new RelayException(new Failure(MISCONFIGURED, problems, null));
        }
    }

    private static void expect(
            Map<String, String> variables, String name, String value, String remedy, List<Problem> problems) {
        String found = variables.getOrDefault(name, value);
        if (!found.equals(value)) {
            problems.add(new Problem(name + " is " + found + ", and must be " + value, remedy));
        }
    }

    /**
     * Whether everything behind a place is still in this server's log, and everything before it ever was.
     *
     * @throws RelayException POSITION_LOST when not
     */
    void checkCovers(MySqlState.Place place, Map<String, String> variables) {
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
        Long size = session.files().get(place.mark().file());
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

    private static String shortened(String gtids) {
        return gtids.length() <= 200 ? gtids : gtids.substring(0, 200) + "...";
    }
}
