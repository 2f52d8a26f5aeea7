package io.outboxrelay.jdbc.slot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;

/**
 * Where the log of a server left each timeline that it comes from: at the promotion of a standby, or where a restore ended.
 *
 * @param ends by timeline, the place at which the next one begins
 */
record TimelineHistory(Map<Long, Long> ends) {

    private static final Pattern LINE = Pattern.compile("^\\s*(\\d+)\\s+([0-9A-F]+/[0-9A-F]+)", Pattern.MULTILINE);

    TimelineHistory {
        ends = Map.copyOf(ends);
    }

    /**
     * Asks the server.
     *
     * @param connection one that takes commands of the replication protocol
     * @param timeline the present one
     */
    static TimelineHistory of(Connection connection, long timeline) throws SQLException {
        // The first timeline has none.
        if (timeline <= 1) {
            return new TimelineHistory(Map.of());
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
            row.next();
            return parsed(new String(row.getBytes(2), UTF_8));
        }
    }

    static TimelineHistory parsed(String file) {
        Map<Long, Long> ends = new HashMap<>();
        Matcher lines = LINE.matcher(file);
        while (lines.find()) {
            ends.put(
                    Long.valueOf(lines.group(1)),
                    LogSequenceNumber.valueOf(lines.group(2)).asLong());
        }
        return new TimelineHistory(ends);
    }

    /** Where the log left this timeline; null where it does not come from it. */
    @Nullable
    Long endOf(long timeline) {
        return ends.get(timeline);
    }
}
