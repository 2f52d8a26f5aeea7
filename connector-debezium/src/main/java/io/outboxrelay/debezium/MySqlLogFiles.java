package io.outboxrelay.debezium;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The files of a server's log, and how one is told from another of its name: RESET MASTER, or RESET BINARY LOGS AND GTIDS, begins the names
 * and the numbers of transactions anew, under which other transactions are found then. Used by the source's thread only.
 */
final class MySqlLogFiles {

    private static final int NO_SUCH_FILE = 1220;

    /** With the first few transactions among them. */
    private static final int FIRST_EVENTS = 20;

    private static final Pattern NUMBER = Pattern.compile("xid=(\\d+)");

    private final MySqlSession session;
    private @Nullable String wholeOf;
    private @Nullable String whole;

    MySqlLogFiles(MySqlSession session) {
        this.session = session;
    }

    /** The size in bytes of each file of the log that is still there. */
    Map<String, Long> sizes() {
        Map<String, Long> sizes = new HashMap<>();
        for (Map<String, @Nullable String> file : rows("SHOW BINARY LOGS")) {
            sizes.put(String.valueOf(file.get("log_name")), Long.parseLong(String.valueOf(file.get("file_size"))));
        }
        return sizes;
    }

    /**
     * The ends of a file's first events, and the server's own numbers of the transactions among them, which go up as long as it runs. What
     * a file began with it begins with for ever. Null where there is no such file.
     */
    @Nullable
    String beginning(String file) {
        if (file.equals(wholeOf)) {
            return whole;
        }
        List<Map<String, @Nullable String>> events =
                rows("SHOW BINLOG EVENTS IN '" + file.replace("'", "''") + "' LIMIT " + FIRST_EVENTS);
        StringBuilder beginning = new StringBuilder();
        for (Map<String, @Nullable String> event : events) {
            Matcher number = NUMBER.matcher(String.valueOf(event.get("info")));
            beginning
                    .append(event.get("end_log_pos"))
                    .append(number.find() ? "=" + number.group(1) : "")
                    .append(',');
        }
        if (events.size() == FIRST_EVENTS) {
            wholeOf = file;
            whole = beginning.toString();
        }
        return events.isEmpty() ? null : beginning.toString();
    }

    /** Whether the log was begun anew since a place was stored; false where that cannot be told. */
    boolean begunAnewSince(MySqlState.Place place) {
        String began = place.fileBegins();
        if (began == null) {
            return false;
        }
        String begins = beginning(place.mark().file());
        return begins == null
                ? sizes().keySet().stream().noneMatch(place.mark()::isInFileUpTo)
                : !begins.startsWith(began);
    }

    private List<Map<String, @Nullable String>> rows(String query) {
        try {
            return Objects.requireNonNullElse(session.rows(query), List.of());
        } catch (SQLException e) {
            if (e.getErrorCode() == NO_SUCH_FILE) {
                return List.of();
            }
            throw session.classified(e);
        }
    }
}
