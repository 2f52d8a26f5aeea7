package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.rows.RowDeletion;
import io.outboxrelay.debezium.rows.SettledRows;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.jdbc.TableName;
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
    private final Supplier<StateStore> stores;
    private final LogLineage lineage;
    private @Nullable LogThread thread;
    private volatile boolean closing;

    private DebeziumSource(
            DebeziumSettings settings, OutboxColumns columns, Supplier<StateStore> stores, LogLineage lineage) {
        this.settings = settings;
        this.columns = columns;
        this.stores = stores;
        this.lineage = lineage;
    }

    /**
     * Makes a new source for every attempt of one relay.
     *
     * @param settings asked anew for each source: a password may have been replaced meanwhile. What it throws is the failure of that
     *     attempt
     * @param columns what routing asks for of each row
     * @param stores opens what the relay keeps of its own, for one attempt, on the source's thread; may block for a while
     * @param figures shared by all the sources of a relay
     */
    public static Supplier<OutboxSource> factory(
            Supplier<DebeziumSettings> settings,
            OutboxColumns columns,
            Supplier<StateStore> stores,
            LogFigures figures) {
        return sources(settings, columns, stores, new LogLineage(figures));
    }

    /** The same, for tests that look at what is handed down. */
    static Supplier<OutboxSource> sources(
            Supplier<DebeziumSettings> settings,
            OutboxColumns columns,
            Supplier<StateStore> stores,
            LogLineage lineage) {
        return () -> new DebeziumSource(settings.get(), columns, stores, lineage);
    }

    @Override
    public void open(Wakeup wakeup) {
        if (thread != null) {
            throw new IllegalStateException("a source is opened once");
        }
        DebeziumSettings.Reading reading = settings.reading();
        long number = ATTEMPTS.incrementAndGet();
        String attempt = "outbox-relay-" + number;
        ChangeLog log;
        SettledRows rows = SettledRows.OF_THE_APPLICATION;
        if (settings.log() instanceof DebeziumSettings.MySqlLog) {
            log = new MySqlChangeLog(settings, columns, stores, attempt, () -> closing);
        } else {
            SlotSession slot = new SlotSession(settings, columns, stores, lineage);
            log = new PostgresChangeLog(settings, columns, slot, attempt);
            rows = rows(settings, lineage.figures(), slot::identity);
        }
        HandOff handOff = HandOff.ofTransactions(reading.recordsMax(), reading.bytesMax(), wakeup);
        thread = new LogThread(
                log, new LogThread.Attempt(number, lineage.figures()), handOff, rows, reading.confirmEvery());
        thread.start();
    }

    /**
     * What becomes of published rows, by these settings.
     *
     * @param identity see {@link RowDeletion}
     */
    public static SettledRows rows(DebeziumSettings settings, LogFigures figures, Supplier<@Nullable String> identity) {
        return settings.outbox() instanceof TableOutbox table
                        && table.deleting() != null
                        && settings.log() instanceof DebeziumSettings.PostgresLog log
                ? new RowDeletion(
                        settings.connection(),
                        new RowDeletion.Rows(TableName.parse(table.table()), table.id(), log.publication()),
                        table.deleting(),
                        figures.rows(),
                        identity)
                : SettledRows.OF_THE_APPLICATION;
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
        closing = true;
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
