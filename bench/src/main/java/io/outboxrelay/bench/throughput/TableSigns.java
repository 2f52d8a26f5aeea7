package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.Servers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Of a process that deletes what it has published: the topic's end offsets tell the first and the last record; only then the table is
 * looked at, at its upper end, because a look at the lower one would pass all dead rows.
 */
final class TableSigns implements DrainSigns {
    /** More than what a relay has on its way. */
    private static final long TAIL_ROWS = 100_000;

    private final Connection connection;
    private final TopicCount topic;
    private final long lastNumber;

    /** Of an outbox that is filled, and a topic that exists and is empty. */
    TableSigns(Servers servers, String topic) throws SQLException {
        this.connection = servers.connect();
        this.topic = new TopicCount(servers, topic);
        this.lastNumber = number("SELECT max(seq) FROM outbox WHERE seq > ?", 0);
    }

    @Override
    public long records() {
        return topic.records();
    }

    @Override
    public boolean looksDone() throws SQLException {
        return number("SELECT count(*) FROM outbox WHERE seq = ?", lastNumber) == 0
                && number("SELECT count(*) FROM outbox WHERE seq > ?", lastNumber - TAIL_ROWS) == 0;
    }

    @Override
    public String left() throws SQLException {
        long rows = number("SELECT count(*) FROM outbox WHERE seq > ?", Long.MIN_VALUE);
        return rows == 0 ? "" : "left " + rows + " rows behind after it had deleted the last ones";
    }

    @Override
    public void close() throws SQLException {
        try (connection) {
            topic.close();
        }
    }

    private long number(String query, long parameter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setLong(1, parameter);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }
}
