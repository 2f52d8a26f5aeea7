package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.decode.DecodedEvent;
import io.outboxrelay.debezium.rows.SettledRows;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.outbox.PipelineThreads;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.HandOff;
import io.outboxrelay.source.OutboxSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The rows that stand, as the relay's loop reads them: on a thread {@code relay-source}, into a hand-off that is bounded in rows and
 * bytes. They can be read once only, as the snapshot that they stand in ends with its session: so any failure of it is one that the loop does not try again.
 */
public final class StandingSource implements OutboxSource {

    private static final int ROWS_MAX = 4_096;
    private static final int AT_ONCE_MAX = 256;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final StandingRows rows;
    private final long bytesMax;
    private final SettledRows removal;
    private final Runnable onPublished;
    private final Thread thread = PipelineThreads.daemon("relay-source", this::run);
    private @Nullable HandOff handOff;
    private volatile boolean ending;
    private volatile StandingPosition settled = new StandingPosition(0, false);

    /**
     * A source that was not opened yet.
     *
     * @param bytesMax how many bytes of rows wait for the loop before no more are read; a larger one alone
     * @param removal what becomes of rows that are published
     * @param onPublished called on the source's thread once every row is published and acknowledged, and nothing is left to be done to any
     */
    public StandingSource(StandingRows rows, long bytesMax, SettledRows removal, Runnable onPublished) {
        this.rows = rows;
        this.bytesMax = bytesMax;
        this.removal = removal;
        this.onPublished = onPublished;
    }

    @Override
    public void open(Wakeup wakeup) {
        if (handOff != null) {
            throw new RelayException(
                    FailureKind.POSITION_LOST,
                    "the rows that stood in the table can be read only once in a repair",
                    "run the repair again");
        }
        handOff = HandOff.ofRows(ROWS_MAX, bytesMax, wakeup);
        thread.start();
    }

    @Override
    public Batch poll(int recordsMax, long takeBytesMax) {
        return opened().take(recordsMax, takeBytesMax);
    }

    @Override
    public void commit(Position upTo) {
        settled = (StandingPosition) upTo;
        opened().committed(upTo);
        LockSupport.unpark(thread);
    }

    /** Returns at once; the thread ends with what it is doing. */
    @Override
    public void close() {
        ending = true;
        LockSupport.unpark(thread);
        rows.close();
    }

    private HandOff opened() {
        if (handOff == null) {
            throw new IllegalStateException("the source is not open");
        }
        return handOff;
    }

    private void run() {
        HandOff to = opened();
        try (SettledRows closing = removal) {
            read(to);
            awaitRemoval(closing);
        } catch (RelayException e) {
            fail(to, e.failure());
        } catch (RuntimeException | Error e) {
            fail(
                    to,
                    Failure.of(
                            FailureKind.BUG,
                            "the source failed: " + e,
                            "report this, with the stack trace from the log",
                            e));
        }
    }

    private void fail(HandOff to, Failure failure) {
        boolean again = failure.kind() != FailureKind.POISON && failure.kind() != FailureKind.BUG;
        if (!ending) {
            to.failed(again ? failure.as(FailureKind.POSITION_LOST) : failure);
        }
    }

    private void read(HandOff to) {
        to.put(List.of(new Checkpoint(new StandingPosition(0, false))));
        long count = 0;
        boolean more = true;
        while (more && !ending) {
            rows.check();
            boolean keepsUp = removal.settled(settled.rows());
            if (!to.hasRoom() || !keepsUp) {
                LockSupport.parkNanos(this, PAUSE_NANOS);
                continue;
            }
            List<Entry> page = new ArrayList<>();
            long bytes = 0;
            while (more && page.size() < AT_ONCE_MAX && bytes < bytesMax / 4) {
                DecodedEvent event = rows.next();
                more = event != null;
                if (event != null) {
                    OutboxRecord record = event.at(new StandingPosition(++count, false), OutboxRecord.COMMIT_UNKNOWN);
                    removal.handedOn(count, event.id());
                    bytes += record.sizeBytes();
                    page.add(record);
                }
            }
            if (!more) {
                page.add(new Checkpoint(new StandingPosition(count, true)));
            }
            to.put(page);
        }
    }

    private void awaitRemoval(SettledRows closing) {
        while (!ending) {
            rows.check();
            StandingPosition upTo = settled;
            closing.settled(upTo.rows());
            if (upTo.last() && closing.isDone(upTo.rows())) {
                onPublished.run();
                return;
            }
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
    }
}
