package io.outboxrelay.debezium;

import io.outboxrelay.debezium.store.StateStore;
import java.sql.SQLException;
import java.util.Objects;

/** What an operator, or the world, does to a log of MySQL's, or to what is stored of it, so that a relay cannot go on. */
enum MySqlGap {
    PURGED,
    TAKEN_AWAY,
    OF_ANOTHER_SERVER,
    COLUMNS_FORGOTTEN;

    void bring(MySqlOutbox outbox) throws SQLException {
        switch (this) {
            case PURGED -> {
                outbox.server.execute("FLUSH BINARY LOGS");
                outbox.server.execute("PURGE BINARY LOGS TO '" + lastLog(outbox) + "'");
            }
            case TAKEN_AWAY -> {
                String version = Objects.requireNonNull(outbox.server.ask("SELECT VERSION()"));
                outbox.server.execute(version.startsWith("8.0") ? "RESET MASTER" : "RESET BINARY LOGS AND GTIDS");
            }
            case OF_ANOTHER_SERVER, COLUMNS_FORGOTTEN -> {
                try (StateStore store = outbox.store()) {
                    store.values().forEach((key, value) -> change(store, key, value));
                }
            }
        }
    }

    private void change(StateStore store, String key, String value) {
        if (this == COLUMNS_FORGOTTEN && key.contains("/mysql/columns/")) {
            store.remove(key);
        } else if (this == OF_ANOTHER_SERVER && key.endsWith("/mysql/position")) {
            store.put(key, value.replaceAll("[0-9a-f-]{36}", "11111111-2222-3333-4444-555555555555"));
        }
    }

    private static String lastLog(MySqlOutbox outbox) throws SQLException {
        try (var connection = outbox.server.connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW BINARY LOGS")) {
            String last = "";
            while (rows.next()) {
                last = rows.getString(1);
            }
            return last;
        }
    }
}
