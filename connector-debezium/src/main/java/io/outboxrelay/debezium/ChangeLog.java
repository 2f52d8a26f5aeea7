package io.outboxrelay.debezium;

/**
 * A database's log as one attempt opens it: what is not the same for every database. Used by the source's thread only; every
 * method may throw {@link io.outboxrelay.failure.RelayException}, which ends the attempt.
 */
interface ChangeLog extends AutoCloseable {

    /** Checks what is to be read, starts reading, and returns once that is known to go on from the right place. Blocks, bounded. */
    LogStream start();

    /** Ends reading; what is told to the database by now stays told. Bounded. */
    @Override
    void close();
}
