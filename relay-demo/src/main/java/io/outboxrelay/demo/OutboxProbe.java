package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import java.sql.SQLException;

/** Asks the database what waits in the outbox. Belongs to one thread. */
interface OutboxProbe extends AutoCloseable {

    /** For how the outbox is read. */
    static OutboxProbe connected(Servers servers, SourceKind source) throws SQLException {
        return source == SourceKind.POLLING ? TableProbe.connected(servers) : SlotProbe.connected(servers);
    }

    /** Writes an event before all others: once it does not wait any more, the relay is known to work. */
    void greet() throws SQLException;

    /** Whether everything that was committed has been published. */
    boolean isEmpty() throws SQLException;

    /** Committed events that wait, and for how long the oldest has. */
    Snapshot.Pending pending(CommittedHistory history) throws SQLException;

    @Override
    void close() throws SQLException;
}
