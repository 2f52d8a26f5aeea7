package io.outboxrelay.polling;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderEvent;
import io.outboxrelay.testkit.OutboxSchema;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * A writer of the order service whose every step is said by a script. What it commits goes into the same history and the same
 * ledger as what the service itself writes. Used by one thread at a time; SQL failures come as {@link IllegalStateException}.
 */
final class ScriptedWriter implements AutoCloseable {
    private static final String AGGREGATE_TYPE = OutboxSchema.AGGREGATE_TYPES.get(0);

    private final Connection connection;
    private final OutboxSchema schema;
    private final CommittedHistory history;
    private final List<OrderEvent> events = new ArrayList<>();

    ScriptedWriter(String jdbcUrl, OutboxSchema schema, CommittedHistory history) {
        this.schema = schema;
        this.history = history;
        try {
            connection = DriverManager.getConnection(jdbcUrl);
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Raises the aggregate's version under its lock, and inserts an event, numbered by the table. */
    OrderEvent write(String key) {
        return write(key, "");
    }

    /** The same with a payload that is longer by the note. */
    OrderEvent write(String key, String note) {
        return insert(key, note, null);
    }

    /** The same with a number that was drawn, or made up, before. */
    OrderEvent writeUnder(long number, String key) {
        return insert(key, "", number);
    }

    /** Inserts an event before its aggregate is locked, as ORMs do. Its payload cannot tell the version, which comes with the lock. */
    void insertFirst(String key) {
        String payload = "{\"key\": \"" + key + "\"}";
        insert(key, 0, payload, null);
    }

    /** Takes the aggregate's lock, which gives the event that was inserted before its version. */
    OrderEvent lock(String key) {
        int version = raiseVersion(key);
        events.replaceAll(event -> event.version() == 0 ? event.withVersion(version) : event);
        return events.get(events.size() - 1);
    }

    /** Draws a number from the outbox's sequence. */
    long drawNumber() {
        return value("SELECT " + schema.nextNumber());
    }

    /** The last number that this session has drawn. */
    long lastNumber() {
        return value("SELECT lastval()");
    }

    /** Gives the transaction its id before it has written anything. */
    void takeTransactionId() {
        value("SELECT pg_current_xact_id()::text::bigint");
    }

    void execute(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does something after a savepoint and rolls back to it. */
    void undoing(Runnable steps) {
        try {
            int before = events.size();
            Savepoint savepoint = connection.setSavepoint();
            steps.run();
            connection.rollback(savepoint);
            List<OrderEvent> undone = events.subList(before, events.size());
            history.rolledBack(undone);
            undone.clear();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    void commit() {
        noteInLedger();
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        noteCommitted();
    }

    void rollback() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        history.rolledBack(events);
        events.clear();
    }

    /** From here on the transaction belongs to no session, until it is {@linkplain #commitPrepared committed}. */
    void prepare(String name) {
        noteInLedger();
        execute("PREPARE TRANSACTION '" + name + "'");
    }

    void commitPrepared(String name) {
        try {
            connection.setAutoCommit(true);
            execute("COMMIT PREPARED '" + name + "'");
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        noteCommitted();
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private OrderEvent insert(String key, String note, Long number) {
        int version = raiseVersion(key);
        String payload = "{\"key\": \"" + key + "\", \"note\": \"" + note + "\", \"version\": " + version + "}";
        return insert(key, version, payload, number);
    }

    private int raiseVersion(String key) {
        return (int) value("INSERT INTO orders VALUES ('" + key
                + "', 1) ON CONFLICT (id) DO UPDATE SET version = orders.version + 1 RETURNING version");
    }

    private OrderEvent insert(String key, int version, String payload, Long number) {
        long hash = OrderEvent.hash(payload.getBytes(StandardCharsets.UTF_8));
        OrderEvent event = new OrderEvent(UUID.randomUUID(), key, version, AGGREGATE_TYPE, hash, 0);
        String columns = "INSERT INTO " + schema.table() + " (id, aggregatetype, aggregateid, type, payload";
        String values = "(?, ?, ?, 'OrderChanged', ?::" + schema.payloadType();
        String sql = number == null
                ? columns + ") VALUES " + values + ")"
                : columns + ", seq) OVERRIDING SYSTEM VALUE VALUES " + values + ", " + number + ")";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setObject(1, event.id());
            insert.setString(2, AGGREGATE_TYPE);
            insert.setString(3, key);
            insert.setString(4, payload);
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        events.add(event);
        return event;
    }

    private void noteInLedger() {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO order_ledger (events) VALUES (?)")) {
            insert.setArray(
                    1,
                    connection.createArrayOf(
                            "uuid", events.stream().map(OrderEvent::id).toArray()));
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void noteCommitted() {
        history.committed(events, System.nanoTime());
        events.clear();
    }

    /** A query's one number. */
    long value(String sql) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
