package io.outboxrelay.bench.idle;

import io.outboxrelay.bench.stage.Servers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The statements that the relay's role has sent, as {@code pg_stat_statements} counts them: each one, BEGIN and COMMIT too. */
final class Statements {
    /** What the server must be started with. */
    static final Map<String, String> SERVER =
            Map.of("shared_preload_libraries", "pg_stat_statements", "pg_stat_statements.track", "top");

    private static final String CALLS = "SELECT calls, regexp_replace(query, '\\s+', ' ', 'g')"
            + " FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid"
            + " WHERE rolname = '" + Servers.RELAY_ROLE + "' ORDER BY calls DESC";

    private static final int TEXT_MAX = 100;

    private Statements() {}

    /** One statement, its constants left out, and how often it came. */
    record Counted(long calls, String text) {}

    /** Begins to count from zero. */
    static void reset(Servers servers) throws SQLException {
        servers.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements; SELECT pg_stat_statements_reset()");
    }

    /** What has come since then, the most frequent first. */
    static List<Counted> counted(Servers servers) throws SQLException {
        List<Counted> counted = new ArrayList<>();
        try (Connection connection = servers.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(CALLS)) {
            while (row.next()) {
                String text = row.getString(2);
                counted.add(new Counted(row.getLong(1), text.substring(0, Math.min(TEXT_MAX, text.length()))));
            }
        }
        return counted;
    }
}
