package io.outboxrelay.debezium;

import static io.outboxrelay.failure.FailureKind.FENCED;
import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import com.mysql.cj.jdbc.Driver;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.MySqlFailures;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The relay's own connection to MySQL, beside the one that reads the log: what it looks at the server through, and what it holds the
 * name of the pipeline with, so that no two relays read for it at once. Used by the source's thread only.
 */
public final class MySqlSession implements AutoCloseable {

    private static final int LOCK_NAME_CHARACTERS_MAX = 64;
    private static final int SYNTAX_ERROR = 1064;
    private static final int NO_DATABASE = 1049;
    private static final int TABLE_ACCESS_DENIED = 1142;
    private static final int NO_TABLE = 1146;

    private final ConnectionSettings settings;
    private final String lock;
    private @Nullable Connection connection;

    /** @param name of the pipeline, which two relays must not read for at once */
    public MySqlSession(ConnectionSettings settings, String name) {
        this.settings = settings;
        String whole = "outbox-relay/" + name;
        this.lock = whole.length() <= LOCK_NAME_CHARACTERS_MAX
                ? whole
                : "outbox-relay/" + Integer.toHexString(name.hashCode()) + '/' + name.length();
    }

    /**
     * A new connection that notices a dead peer.
     *
     * @throws RelayException classified, if there is none to be had
     */
    public static Connection connect(ConnectionSettings settings) {
        Properties properties = new Properties();
        properties.setProperty(
                "connectTimeout", String.valueOf(settings.connectTimeout().toMillis()));
        properties.setProperty(
                "socketTimeout", String.valueOf(settings.socketTimeout().toMillis()));
        properties.setProperty("connectionTimeZone", "UTC");
        // Else the driver would have the server give up on rows that nobody takes for so long.
        properties.setProperty("netTimeoutForStreamingResults", "0");
        if (settings.username() != null) {
            properties.setProperty("user", settings.username());
        }
        if (settings.password() != null) {
            properties.setProperty("password", settings.password());
        }
        // Not through DriverManager: it would try the drivers of other databases first.
        try {
            return new Driver().connect(settings.url(), properties);
        } catch (SQLException e) {
            throw new RelayException(MySqlFailures.classify(e, settings));
        }
    }

    /** Connects, and takes no name. */
    public void connect() {
        connection = connect(settings);
    }

    /** Connects and takes the name; FENCED when another relay has it. */
    public void open() {
        connect();
        if (!"1".equals(ask("SELECT GET_LOCK(?, 0)", lock))) {
            throw new RelayException(
                    FENCED,
                    "another relay reads this log for the pipeline of the same name (it holds the lock " + lock + ")",
                    "let this one stand by until it ends, or give it a name of its own");
        }
    }

    /** What the server says of itself; absent is what it does not know. */
    public Map<String, String> variables() {
        Map<String, String> variables = new HashMap<>();
        try (Statement statement = connected().createStatement();
                ResultSet rows = statement.executeQuery("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('log_bin',"
                        + " 'binlog_format', 'binlog_row_image', 'gtid_mode', 'server_uuid', 'version',"
                        + " 'gtid_executed', 'gtid_purged', 'binlog_transaction_compression', 'binlog_expire_logs_seconds',"
                        + " 'server_id')")) {
            while (rows.next()) {
                variables.put(rows.getString(1), rows.getString(2).replace("\n", ""));
            }
            return variables;
        } catch (SQLException e) {
            throw new RelayException(MySqlFailures.classify(e, settings));
        }
    }

    /** The end of the log by now. */
    public MySqlMark end(Map<String, String> variables) {
        List<@Nullable String> status = status();
        if (status == null || status.get(0) == null) {
            throw new RelayException(MISCONFIGURED, "the server writes no binary log", "start it with log_bin");
        }
        String gtids = status.size() > 4 ? String.valueOf(status.get(4)).replace("\n", "") : "";
        boolean numbered = "ON".equals(variables.get("gtid_mode"));
        if (numbered && gtids.isEmpty()) {
            throw new RelayException(
                    TRANSIENT,
                    "no transaction of this server has a number (GTID) yet, so there is no place to begin at",
                    "commit any transaction on it; the relay goes on by itself");
        }
        return new MySqlMark(
                numbered ? gtids : null, String.valueOf(status.get(0)), Long.parseLong(String.valueOf(status.get(1))));
    }

    /**
     * Which databases' transactions are written to the log at all: those of the first list where it is not empty, and none of the
     * second; separated by commas.
     */
    List<String> filters() {
        List<@Nullable String> status = status();
        return status == null || status.size() < 4
                ? List.of("", "")
                : List.of(Objects.requireNonNullElse(status.get(2), ""), Objects.requireNonNullElse(status.get(3), ""));
    }

    private @Nullable List<@Nullable String> status() {
        // Called SHOW BINARY LOG STATUS from 8.4 on, which before was another name; both are tried.
        List<@Nullable String> status = row("SHOW BINARY LOG STATUS");
        return status != null ? status : row("SHOW MASTER STATUS");
    }

    /** What a query finds, each row by its columns' names; null where the server does not know the statement. */
    @Nullable
    List<Map<String, @Nullable String>> rows(String query) throws SQLException {
        try (Statement statement = connected().createStatement();
                ResultSet found = statement.executeQuery(query)) {
            List<Map<String, @Nullable String>> rows = new ArrayList<>();
            while (found.next()) {
                Map<String, @Nullable String> row = new HashMap<>();
                for (int column = 1; column <= found.getMetaData().getColumnCount(); column++) {
                    row.put(
                            found.getMetaData().getColumnLabel(column).toLowerCase(Locale.ROOT),
                            found.getString(column));
                }
                rows.add(row);
            }
            return rows;
        } catch (SQLException e) {
            if (e.getErrorCode() == SYNTAX_ERROR) {
                return null;
            }
            throw e;
        }
    }

    /** The statement that makes the table as it is, or null where it is not there; a view is none. */
    @Nullable
    String tableMade(MySqlTable table) {
        try {
            List<Map<String, @Nullable String>> rows = rows("SHOW CREATE TABLE " + table.quoted());
            return rows == null || rows.isEmpty() ? null : rows.get(0).get("create table");
        } catch (SQLException e) {
            int error = e.getErrorCode();
            boolean view = error == TABLE_ACCESS_DENIED
                    && String.valueOf(e.getMessage()).contains("SHOW VIEW");
            if (error == NO_TABLE || error == NO_DATABASE || view) {
                return null;
            }
            throw new RelayException(MySqlFailures.classify(e, settings));
        }
    }

    /** What it means that the server refused something. */
    RelayException classified(SQLException refusal) {
        return new RelayException(MySqlFailures.classify(refusal, settings));
    }

    /** What of the first set of transactions is not in the second; empty where nothing is. */
    String missing(String of, String in) {
        return String.valueOf(ask("SELECT GTID_SUBTRACT(?, ?)", of, in)).replace("\n", "");
    }

    /** Whether nobody, or this session, holds the pipeline's name. */
    public boolean isNameFree() {
        return !"0".equals(ask("SELECT COALESCE(IS_USED_LOCK(?) = CONNECTION_ID(), 1)", lock));
    }

    /** Whether this session still holds the pipeline's name. */
    public boolean holdsName() {
        return "1".equals(ask("SELECT IS_USED_LOCK(?) = CONNECTION_ID()", lock));
    }

    private @Nullable String ask(String question, String... values) {
        try (PreparedStatement statement = connected().prepareStatement(question)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        } catch (SQLException e) {
            throw new RelayException(MySqlFailures.classify(e, settings));
        }
    }

    private @Nullable List<@Nullable String> row(String question) {
        try {
            return rowOrThrow(question);
        } catch (SQLException e) {
            Failure failure = MySqlFailures.classify(e, settings);
            // The server calls it otherwise.
            if (e.getErrorCode() == SYNTAX_ERROR) {
                return null;
            }
            throw new RelayException(failure);
        }
    }

    private @Nullable List<@Nullable String> rowOrThrow(String question) throws SQLException {
        try (Statement statement = connected().createStatement();
                ResultSet row = statement.executeQuery(question)) {
            if (!row.next()) {
                return null;
            }
            List<@Nullable String> values = new ArrayList<>();
            for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                values.add(row.getString(column));
            }
            return values;
        }
    }

    private Connection connected() {
        Connection open = connection;
        if (open == null) {
            throw new IllegalStateException("there is no connection");
        }
        return open;
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                // It was of no use any more.
            }
        }
    }
}
