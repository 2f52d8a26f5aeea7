package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import java.util.List;

/** What can be said of the URL of a MySQL server without asking it. */
public final class MySqlAddress {

    private MySqlAddress() {}

    /** Whether a URL leads to MySQL. */
    public static boolean isIn(String url) {
        return MySqlUrl.isOne(url);
    }

    /** What is wrong with the URL, and with the table as written, as far as they tell which database is meant; holds no secret. */
    public static List<Problem> problems(String url, String table) {
        try {
            MySqlTable.of(TableOutbox.of(table), ConnectionSettings.of(url, null, null));
            MySqlUrl.parse(url);
            return List.of();
        } catch (RelayException e) {
            return e.failure().problems();
        }
    }
}
