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
     * Sees to it that the log is what it was, and takes the next changes, possibly none; waits for a few milliseconds at most.
     *
     * @param take whether to take any: who lost the log has to learn of it also while there is no room for more
     * @return in order; with marks of the log's own among them
     * @throws RestLost when what it gave until now is good, and there will be no more
     */
    List<SourceRecord> poll(boolean take);

    /** What may be confirmed once everything before this record is settled; null when nothing may yet. Never goes back. */
    @Nullable
    LogMark markBefore(SourceRecord record);

    /** Everything up to this mark is settled: stores that where it is to be stored, then tells the database. Durable on return. */
    void confirm(LogMark upTo);

    /** How its changes become events. */
    EventDecoder decoder();
}
