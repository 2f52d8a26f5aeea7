package io.outboxrelay.debezium;

import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * A database's log as one attempt reads it: what is not the same for every database. Used by the source's thread only; every
 * method may throw {@link io.outboxrelay.failure.RelayException}, which ends the attempt.
 */
interface ChangeLog extends AutoCloseable {

    /** Checks what is to be read, starts reading, and returns once that is known to go on from the right place. Blocks, bounded. */
    void start();

    /**
     * The next changes, possibly none; waits for a few milliseconds at most. Sees to it, too, that the log is what it was.
     *
     * @return in order; with marks of the log's own among them
     */
    List<SourceRecord> poll();

    /** What may be confirmed once everything before this record is settled; null when nothing may yet. */
    @Nullable
    LogMark markBefore(SourceRecord record);

    /** Everything up to this mark is settled: stores that where it is to be stored, then tells the database. Durable on return. */
    void confirm(LogMark upTo);

    /** Ends reading; what is told to the database by now stays told. Bounded. */
    @Override
    void close();
}
