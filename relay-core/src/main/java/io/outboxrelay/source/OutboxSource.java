package io.outboxrelay.source;

import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;

/**
 * Where outbox records come from, in the order that the source's guarantee names. A source reads, and commits, on a thread of
 * its own, into a bounded hand-off; none of these methods blocks. All of them are called by the loop's thread.
 *
 * <p>One source is one attempt: it is opened once, and when it fails it is closed and a new one takes its place, which reads
 * everything again that was not committed. So nothing that a source remembers outlives a database session.
 */
public interface OutboxSource extends AutoCloseable {

    /**
     * Starts reading. The first entry that a source delivers is a checkpoint that says that it is open: connected, checked and
     * the only reader.
     *
     * @param wakeup called, from any thread, whenever {@link #poll} has something new to say
     */
    void open(Wakeup wakeup);

    /**
     * What has arrived since, at once and possibly nothing.
     *
     * @param recordsMax how many entries to take at most; 0 takes none and only learns what was committed
     * @param bytesMax how many bytes of records to take at most; when positive and the next record alone is larger, that one is taken
     * @throws io.outboxrelay.failure.RelayException when the source has failed. It stays failed; entries delivered before and not
     *     reported as committed will be delivered again by the next source
     */
    Batch poll(int recordsMax, long bytesMax);

    /**
     * Every entry up to and with this one is settled: the source may forget it. Returns at once; the source's thread makes
     * it durable and reports it through {@link Batch#committed()}.
     *
     * @param upTo the position of an entry that this very source has delivered, never before one committed earlier
     */
    void commit(Position upTo);

    /** Ends reading and gives up what the source holds, promptly, whatever its thread is doing. What was not committed stays uncommitted. */
    @Override
    void close();
}
