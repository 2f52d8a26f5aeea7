package io.outboxrelay.polling.wrong;

import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.Position;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A row of the table {@code outbox}, as every wrong reader selects and deletes it. */
public record Row(long number, String id, String key, String payload, String aggregateType) {

    static List<Row> select(Connection connection, String condition, int rowsMax) throws SQLException {
        return select(connection, condition, "seq", rowsMax);
    }

    static List<Row> select(Connection connection, String condition, String order, int rowsMax) throws SQLException {
        String sql = "SELECT seq, id::text, aggregateid, payload::text, aggregatetype FROM outbox WHERE " + condition
                + " ORDER BY " + order + " LIMIT " + rowsMax;
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            List<Row> rows = new ArrayList<>();
            while (result.next()) {
                rows.add(new Row(
                        result.getLong(1),
                        result.getString(2),
                        result.getString(3),
                        result.getString(4),
                        result.getString(5)));
            }
            return rows;
        }
    }

    static void deleteByNumber(Connection connection, Collection<Long> numbers) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM outbox WHERE seq = ANY (?)")) {
            delete.setArray(1, connection.createArrayOf("bigint", numbers.toArray()));
            delete.executeUpdate();
        }
    }

    static void deleteRange(Connection connection, long lo, long hi) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM outbox WHERE seq BETWEEN ? AND ?")) {
            delete.setLong(1, lo);
            delete.setLong(2, hi);
            delete.executeUpdate();
        }
    }

    /** A condition that holds for these numbers, as a set in SQL. */
    static String in(Collection<Long> numbers) {
        StringBuilder list = new StringBuilder("seq = ANY ('{");
        String separator = "";
        for (Long number : numbers) {
            list.append(separator).append(number);
            separator = ",";
        }
        return list.append("}'::bigint[])").toString();
    }

    OutboxRecord at(Position position) {
        return new OutboxRecord(
                position,
                id,
                key.getBytes(StandardCharsets.UTF_8),
                payload.getBytes(StandardCharsets.UTF_8),
                List.of(aggregateType));
    }
}
