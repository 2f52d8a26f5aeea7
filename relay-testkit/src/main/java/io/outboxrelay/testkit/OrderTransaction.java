package io.outboxrelay.testkit;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * One transaction of the shop. The aggregate's version is raised under its row's lock, so that the committed versions of a key
 * are 1, 2, 3, ... in the order in which their transactions took effect. The outbox is written after that or, by events of no
 * version yet, before.
 *
 * <p>Belongs to one thread, and ends with {@link #commit}, {@link #prepare} or a rollback of its connection.
 */
final class OrderTransaction {
    static final String EVENT_TYPE = "OrderChanged";

    private final Connection connection;
    private final OutboxSchema schema;
    private final ShopDialect dialect;
    private final int paddingBytes;
    private final SplittableRandom random;
    private final List<OrderEvent> events = new ArrayList<>();
    private final List<OrderEvent> abandoned = new ArrayList<>();
    private boolean ending;

    OrderTransaction(Connection connection, OutboxSchema schema, int paddingBytes, SplittableRandom random) {
        this.connection = connection;
        this.schema = schema;
        this.dialect = ShopDialect.of(schema);
        this.paddingBytes = paddingBytes;
        this.random = random;
    }

    /** Events that take effect if this transaction commits. */
    List<OrderEvent> events() {
        return events;
    }

    /** Events rolled back to a savepoint: they never take effect, whatever becomes of the transaction. */
    List<OrderEvent> abandoned() {
        return abandoned;
    }

    /** Whether the outcome may already have been decided by the server. */
    boolean isEnding() {
        return ending;
    }

    /** Creates an aggregate with version 0. */
    void create(String key) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO orders (id) VALUES (?)")) {
            insert.setString(1, key);
            insert.executeUpdate();
        }
    }

    /** Takes the aggregate's lock and raises its version; returns the first of the new versions. */
    int raiseVersion(String key, int versions) throws SQLException {
        return dialect.raiseVersion(connection, key, versions) - versions + 1;
    }

    /** Takes the aggregate's lock, and gives its events that were inserted before the versions that this brings. */
    void raiseVersionOfInserted(String key) throws SQLException {
        List<Integer> unversioned = IntStream.range(0, events.size())
                .filter(i -> events.get(i).version() == 0 && events.get(i).key().equals(key))
                .boxed()
                .toList();
        int version = raiseVersion(key, unversioned.size());
        for (int i : unversioned) {
            events.set(i, events.get(i).withVersion(version++));
        }
    }

    /** Draws numbers from the outbox's sequence, ascending, ahead of the rows that may use them. */
    List<Long> drawNumbers(int count) throws SQLException {
        List<Long> numbers = new ArrayList<>(count);
        String sql = "SELECT " + schema.nextNumber() + " FROM generate_series(1, ?)";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setInt(1, count);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    numbers.add(rows.getLong(1));
                }
            }
        }
        return numbers;
    }

    /** Inserts one event for each version, numbered by the table. */
    void insert(String table, Change change) throws SQLException {
        insert(table, change, List.of());
    }

    /** Inserts one event for each version, with numbers drawn before. */
    void insert(String table, Change change, List<Long> numbers) throws SQLException {
        String columns = " (id, aggregatetype, aggregateid, type, payload";
        String values = "(" + schema.idPlaceholder("uuid") + ", ?, ?, ?, " + schema.payloadPlaceholder();
        String sql = numbers.isEmpty()
                ? "INSERT INTO " + table + columns + ") VALUES " + values + ")"
                : "INSERT INTO " + table + columns + ", seq) OVERRIDING SYSTEM VALUE VALUES " + values + ", ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (int i = 0; i < change.versions(); i++) {
                int version = change.firstVersion() == 0 ? 0 : change.firstVersion() + i;
                String payload = payload(change.key(), version);
                OrderEvent event = event(change, version, payload);
                insert.setString(1, event.id().toString());
                insert.setString(2, event.aggregateType());
                insert.setString(3, event.key());
                insert.setString(4, EVENT_TYPE);
                insert.setString(5, payload);
                if (!numbers.isEmpty()) {
                    insert.setLong(6, numbers.get(i));
                }
                insert.addBatch();
                events.add(event);
            }
            insert.executeBatch();
        }
    }

    /** Runs steps within a savepoint and undoes them; their rows, numbers and locks on aggregates are given up. */
    void undoing(Steps steps) throws SQLException {
        int before = events.size();
        Savepoint savepoint = connection.setSavepoint();
        steps.run();
        connection.rollback(savepoint);
        List<OrderEvent> undone = events.subList(before, events.size());
        abandoned.addAll(undone);
        undone.clear();
    }

    /** Commits, with the ids of the events noted in the ledger. */
    void commit() throws SQLException {
        noteInLedger();
        ending = true;
        connection.commit();
    }

    /** Prepares under a name; from here on the transaction belongs to no connection. */
    void prepare(String name) throws SQLException {
        noteInLedger();
        ending = true;
        try (Statement statement = connection.createStatement()) {
            statement.execute("PREPARE TRANSACTION '" + name + "'");
        }
    }

    private void noteInLedger() throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        String ids = events.stream().map(event -> event.id().toString()).collect(Collectors.joining(",", "{", "}"));
        String sql = "INSERT INTO order_ledger (events) VALUES (" + schema.idPlaceholder("uuid[]") + ")";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, ids);
            insert.executeUpdate();
        }
    }

    private OrderEvent event(Change change, int version, String payload) {
        UUID id = new UUID(
                (random.nextLong() & 0xffffffffffff0fffL) | 0x4000L,
                (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
        long hash = OrderEvent.hash(payload.getBytes(StandardCharsets.UTF_8));
        return new OrderEvent(id, change.key(), version, change.aggregateType(), hash, 0);
    }

    /** JSON in the form in which jsonb renders it (shorter names first, a space after each colon and comma). Version 0 is left out. */
    private String payload(String key, int version) {
        String note = "x".repeat(paddingBytes);
        int total = 100 + random.nextInt(100_000);
        return "{\"key\": \"" + key + "\", \"note\": \"" + note + "\", \"total\": " + total
                + (version == 0 ? "" : ", \"version\": " + version) + "}";
    }

    /**
     * What happens to one aggregate in this transaction.
     *
     * @param aggregateType decides the topic, and the partition of the outbox
     * @param firstVersion of {@code versions} in a row; 0 where the aggregate is not locked yet
     */
    record Change(String key, String aggregateType, int firstVersion, int versions) {}

    /** Something done within a transaction. */
    interface Steps {
        void run() throws SQLException;
    }
}
