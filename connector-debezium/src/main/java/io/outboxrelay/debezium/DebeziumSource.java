package io.outboxrelay.debezium;

import io.outboxrelay.debezium.decode.ChangeDecoder;
import io.outboxrelay.debezium.decode.PostgresRendering;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.HandOff;
import io.outboxrelay.source.OutboxSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the outbox from the database's log, in the order in which transactions committed, and tells the database how far publishing
 * got. One source is one attempt: one connector, started once; when anything fails it is closed for good, and the next source
 * goes on from where the database was last told.
 *
 * <p>Memory is bounded by {@link DebeziumSettings.Reading#bytesMax} twice (here, and in Debezium's queue) and what is being decoded.
 *
 * <p>Failures, thrown by {@link #poll}: TRANSIENT (connection lost, silent, or Debezium ended), FENCED (another reader has the slot),
 * POSITION_LOST (slot or publication are not what they were), MISCONFIGURED (all problems at once), POISON (an event that cannot be
 * read), BUG.
 */
public final class DebeziumSource implements OutboxSource {

    private static final AtomicLong ATTEMPTS = new AtomicLong();
    private static final Duration CLOSE_GRACE = Duration.ofMillis(400);

    private final DebeziumSettings settings;
    private final OutboxColumns columns;
    private final LogFigures figures;
    private @Nullable LogThread thread;

    /**
     * A source that was not opened yet.
     *
     * @param columns what routing asks for of each row
     * @param figures shared by all the sources of a relay
     */
    public DebeziumSource(DebeziumSettings settings, OutboxColumns columns, LogFigures figures) {
        this.settings = settings;
        this.columns = columns;
        this.figures = figures;
    }

    /**
     * Makes a new source for every attempt.
     *
     * @param settings asked anew for each source: a password may have been replaced meanwhile. What it throws is the failure of that
     *     attempt
     */
    public static Supplier<OutboxSource> factory(
            Supplier<DebeziumSettings> settings, OutboxColumns columns, LogFigures figures) {
        return () -> new DebeziumSource(settings.get(), columns, figures);
    }

    @Override
    public void open(Wakeup wakeup) {
        if (thread != null) {
            throw new IllegalStateException("a source is opened once");
        }
        DebeziumSettings.Reading reading = settings.reading();
        long number = ATTEMPTS.incrementAndGet();
        ChangeLog log = new PostgresChangeLog(settings, number);
        LogReading.Attempt attempt = new LogReading.Attempt(log, decoder(), number, figures);
        HandOff handOff = HandOff.ofTransactions(reading.recordsMax(), reading.bytesMax(), wakeup);
        thread = new LogThread(attempt, handOff, reading.confirmEvery());
        thread.start();
    }

    private ChangeDecoder decoder() {
        DebeziumSettings.TableOutbox table = (DebeziumSettings.TableOutbox) settings.outbox();
        return new ChangeDecoder(
                new ChangeDecoder.Names(table.id(), table.key(), table.payload()), columns, new PostgresRendering());
    }

    @Override
    public Batch poll(int recordsMax, long bytesMax) {
        return opened().take(recordsMax, bytesMax);
    }

    @Override
    public void commit(Position upTo) {
        if (!(upTo instanceof LogPosition position)) {
            throw new IllegalArgumentException("not a position of this source: " + upTo);
        }
        opened().settled(position);
    }

    /** Returns within about half a second; the connector may take a little longer to end by itself. */
    @Override
    public void close() {
        if (thread != null) {
            thread.end(CLOSE_GRACE);
        }
    }

    private LogThread opened() {
        if (thread == null) {
            throw new IllegalStateException("the source is not open");
        }
        return thread;
    }
}
