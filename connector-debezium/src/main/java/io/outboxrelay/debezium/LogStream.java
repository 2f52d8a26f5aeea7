package io.outboxrelay.debezium;

import io.outboxrelay.debezium.decode.EventDecoder;
import java.util.List;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * A log that is being read. Used by the source's thread only; every method may throw {@link
 * io.outboxrelay.failure.RelayException}, which ends the attempt.
 */
interface LogStream {

    /**
     * The next changes, possibly none; waits for a few milliseconds at most. Sees to it, too, that the log is what it was.
     *
     * @return in order; with marks of the log's own among them
     */
    List<SourceRecord> poll();

    /** What may be confirmed once everything before this record is settled; null when nothing may yet. Never goes back. */
    @Nullable
    LogMark markBefore(SourceRecord record);

    /** Everything up to this mark is settled: stores that where it is to be stored, then tells the database. Durable on return. */
    void confirm(LogMark upTo);

    /** How its changes become events. */
    EventDecoder decoder();
}
