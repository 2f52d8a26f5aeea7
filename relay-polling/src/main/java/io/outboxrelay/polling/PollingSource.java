package io.outboxrelay.polling;

import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresInspection;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.HandOff;
import io.outboxrelay.source.OutboxSource;
import java.sql.Connection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a PostgreSQL outbox table by ordinary SQL, and deletes the rows that were published, moves them to an archive, or stores how
 * far publishing got ({@link io.outboxrelay.jdbc.OutboxRetention}). One source is one database session:
 * it takes the table's advisory lock, inspects the table, hands on every committed row once, and fails for good when the session ends.
 * Rows not reported as committed by then are read again by the next source.
 *
 * <p>With {@link io.outboxrelay.jdbc.OutboxOrder#SEQUENCE} rows come in the order of their sequence numbers, as far as it
 * matters: a transaction that commits late comes late. Memory is bounded by about two pages ({@link PollingSettings.Reading})
 * and the row that is being read.
 *
 * <p>Failures, thrown by {@link #poll}: TRANSIENT (connection lost, session changed behind a pooler, sequence set back, table
 * replaced), FENCED (another relay holds the lock, or has stored how far publishing got), POSITION_LOST (what is stored is not true of
 * the table, or is gone), MISCONFIGURED (all problems at once), POISON (a row without id), BUG.
 */
public final class PollingSource implements OutboxSource {

    private static final long CLOSE_GRACE_MILLIS = 200;

    private final PollingSettings settings;
    private final SessionOpening opening;
    private final ReaderRules rules;
    private final SessionLineage lineage;
    private final Supplier<Connection> connections;
    private @Nullable SourceThread thread;

    /**
     * A source that was not opened yet.
     *
     * @param columns what routing asks for of each row
     * @param counters shared by all the sources of a relay
     */
    public PollingSource(PollingSettings settings, OutboxColumns columns, PollingCounters counters) {
        this(
                settings,
                columns,
                new SessionLineage(counters),
                ReaderRules.PRODUCTION,
                new PostgresConnections(settings.connection())::openSession);
    }

    /**
     * For tests: with rules of reading that may be wrong, and with connections that the test can interfere with.
     *
     * @param connections opens the session's connection; autocommit on
     */
    PollingSource(
            PollingSettings settings,
            OutboxColumns columns,
            SessionLineage lineage,
            ReaderRules rules,
            Supplier<Connection> connections) {
        this.settings = settings;
        this.lineage = lineage;
        this.rules = rules;
        this.connections = connections;
        this.opening = new SessionOpening(
                new PostgresInspection(new PostgresConnections(settings.connection())),
                PollingInspection.request(settings.outbox(), columns),
                rules.guard(),
                lineage);
    }

    /**
     * Makes a new source for every attempt.
     *
     * @param settings asked anew for each source and each connection: a password may have been replaced meanwhile. What it throws
     *     is the failure of that attempt
     */
    public static Supplier<OutboxSource> factory(
            Supplier<PollingSettings> settings, OutboxColumns columns, PollingCounters counters) {
        SessionLineage lineage = new SessionLineage(counters);
        Supplier<Connection> connections =
                () -> new PostgresConnections(settings.get().connection()).openSession();
        return () -> new PollingSource(settings.get(), columns, lineage, ReaderRules.PRODUCTION, connections);
    }

    /** For tests: with connections that the test can interfere with. */
    static Supplier<OutboxSource> factory(
            PollingSettings settings, OutboxColumns columns, SessionLineage lineage, Supplier<Connection> connections) {
        return () -> new PollingSource(settings, columns, lineage, ReaderRules.PRODUCTION, connections);
    }

    @Override
    public void open(Wakeup wakeup) {
        if (thread != null) {
            throw new IllegalStateException("a source is opened once");
        }
        HandOff handOff = HandOff.ofRows(
                settings.reading().pageRowsMax(), settings.reading().pageBytesMax(), wakeup);
        SourceWatch watch = new SourceWatch(settings.connection().urlShown(), lineage.patience());
        thread = new SourceThread(
                settings, opening, rules, new SourceThread.Outside(handOff, watch, lineage, connections));
        thread.start();
    }

    /** {@inheritDoc} */
    @Override
    public Batch poll(int recordsMax, long bytesMax) {
        return opened().take(recordsMax, bytesMax);
    }

    @Override
    public void commit(Position upTo) {
        if (!(upTo instanceof PollingPosition position)) {
            throw new IllegalArgumentException("not a position of this source: " + upTo);
        }
        opened().settled(position);
    }

    /** Returns within about half a second. */
    @Override
    public void close() {
        if (thread != null) {
            thread.end(CLOSE_GRACE_MILLIS);
        }
    }

    private SourceThread opened() {
        if (thread == null) {
            throw new IllegalStateException("the source is not open");
        }
        return thread;
    }
}
