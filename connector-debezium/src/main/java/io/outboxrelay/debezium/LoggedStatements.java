package io.outboxrelay.debezium;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Statements that stand in MySQL's log where rows should be, because a session chose so. Debezium passes over them and tells nobody but
 * its logger, in the thread that reads, before it reads on. So whoever keeps the process's log hands on what is said there. Safe to use
 * from any thread.
 */
public final class LoggedStatements {

    /** Debezium's logger that says so. */
    public static final String LOGGER = "io.debezium.connector.binlog.BinlogStreamingChangeEventSource";

    /** Under this key the diagnostic context of the thread has the reader's name. */
    public static final String READER = "dbz.connectorLogicalName";

    private static final String MESSAGE = "Received DML";
    private static final int HEAD_CHARACTERS = 1_000;
    private static final String NAME = "(`(?:[^`]|``)+`|[^\\s.(`;]+)";
    private static final Pattern INSERT = Pattern.compile(
            "\\s*(?:INSERT|REPLACE)\\s+(?:(?:LOW_PRIORITY|DELAYED|HIGH_PRIORITY|IGNORE|INTO)\\s+)*" + NAME
                    + "(?:\\s*\\.\\s*" + NAME + ")?.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Map<String, LoggedStatements> READERS = new ConcurrentHashMap<>();

    private final String reader;
    private final MySqlTable table;
    private volatile boolean found;

    private LoggedStatements(String reader, MySqlTable table) {
        this.reader = reader;
        this.table = table;
    }

    /** Listens to what is said of this reader, until it is forgotten. */
    static LoggedStatements of(String reader, MySqlTable table) {
        LoggedStatements statements = new LoggedStatements(reader, table);
        READERS.put(reader, statements);
        return statements;
    }

    void forget() {
        READERS.remove(reader);
    }

    /**
     * Something that Debezium's logger says.
     *
     * @param reader whom it is about, or null
     * @param format the message, with a place for each argument
     * @return whether it is of a statement: then it holds what somebody has written, and is not for a log
     */
    public static boolean heard(@Nullable String reader, String format, Object @Nullable [] arguments) {
        if (!format.startsWith(MESSAGE)) {
            return false;
        }
        LoggedStatements about = reader == null ? null : READERS.get(reader);
        if (about != null
                && arguments != null
                && arguments.length > 0
                && about.insertsInto(String.valueOf(arguments[0]))) {
            about.found = true;
        }
        return true;
    }

    /**
     * To be asked after records were taken and before they are handed on: what is behind such a statement was read after it.
     *
     * @throws RelayException POSITION_LOST when a statement wrote to the outbox
     */
    void check() {
        if (found) {
            throw new RelayException(
                    FailureKind.POSITION_LOST,
                    "a session with binlog_format = STATEMENT or MIXED inserted into " + table
                            + ": the log has the statement and not the rows, which cannot be published from it",
                    "let nobody who writes to the outbox have SYSTEM_VARIABLES_ADMIN or SESSION_VARIABLES_ADMIN"
                            + MySqlChecks.GO_ON + " (as the log is whole, with --begin-anew)");
        }
    }

    /** By the name of the table where the statement does not say in which database; what cannot be understood counts if it has it. */
    boolean insertsInto(String statement) {
        String head = statement
                .substring(0, Math.min(HEAD_CHARACTERS, statement.length()))
                .replaceAll("(?s)/\\*.*?\\*/", " ");
        Matcher insert = INSERT.matcher(head);
        if (!insert.matches()) {
            return head.regionMatches(true, 0, "INSERT", 0, 6) && head.contains(table.name());
        }
        String second = insert.group(2);
        return second == null
                ? isNamed(insert.group(1), table.name())
                : isNamed(insert.group(1), table.database()) && isNamed(second, table.name());
    }

    private static boolean isNamed(String written, String name) {
        String bare = written.startsWith("`")
                ? written.substring(1, written.length() - 1).replace("``", "`")
                : written;
        return bare.equalsIgnoreCase(name);
    }
}
