package io.outboxrelay.bench.throughput;

import java.sql.SQLException;

/** What shows from outside how far a process is with the outbox. Used by one thread. */
interface DrainSigns extends AutoCloseable {

    /** How many events have come out so far, by where they come out. */
    long records();

    /** Whether the process is done with the last event, once all have come out. With little work, but not for certain. */
    boolean looksDone() throws SQLException;

    /** What is not done though it looks so, for people; empty where everything is. */
    String left() throws SQLException;

    @Override
    void close() throws SQLException;
}
