package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import java.sql.SQLException;

/** Asks the database what waits in the outbox. Belongs to one thread. */
interface OutboxProbe extends AutoCloseable {

    /** For how the outbox is read. */
    static OutboxProbe connected(Servers servers, SourceKind source) throws SQLException {
        return switch (source) {
            case POLLING -> TableProbe.connected(servers);
            case DEBEZIUM -> SlotProbe.connected(servers);
            case DEBEZIUM_ON_MYSQL -> TopicsProbe.connected(servers);
        };
    }

    /**
     * Inserts an event that goes to {@link Servers#GREETINGS}, so that it is no part of what is counted and judged.
     *
     * @param id an SQL expression
     */
    static String greeting(String id) {
        return "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES (" + id
                + ", 'greeting', 'demo', 'Greeting', '{}')";
    }

    /** Writes an event before all others: once it does not wait any more, the relay is known to work. */
    void greet() throws SQLException;

    /** Whether everything that was committed has been published; while nothing was yet, it may greet again. */
    boolean isEmpty() throws SQLException;

    /** Committed events that wait, and for how long the oldest has. */
    Snapshot.Pending pending(CommittedHistory history) throws SQLException;

    @Override
    void close() throws SQLException;
}
