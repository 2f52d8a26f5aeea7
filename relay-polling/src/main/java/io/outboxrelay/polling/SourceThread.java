package io.outboxrelay.polling;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.PipelineThreads;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.HandOff;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread {@code relay-source} and its database session, from the first to the last statement; the package-private methods
 * are what the loop's thread may do to it. It ends when it is told to, or when anything fails: the session is closed first, so
 * that its lock is free, then the failure is told.
 */
final class SourceThread {

    private static final Logger LOG = LoggerFactory.getLogger(SourceThread.class);
    private static final AtomicLong SESSIONS = new AtomicLong();
    private static final String CANCELLED = "57014";

    private final PollingSettings settings;
    private final SessionOpening opening;
    private final ReaderRules rules;
    private final Outside outside;
    private final long number = SESSIONS.incrementAndGet();
    private final Thread thread = PipelineThreads.daemon("relay-source", this::run);

    private volatile @Nullable Connection connection;
    private volatile @Nullable PollingPosition settled;
    private volatile boolean ending;

    SourceThread(PollingSettings settings, SessionOpening opening, ReaderRules rules, Outside outside) {
        this.settings = settings;
        this.opening = opening;
        this.rules = rules;
        this.outside = outside;
    }

    /**
     * What reaches beyond the thread.
     *
     * @param handOff to the loop
     * @param watch what hinders the source, for it to note and for the loop to ask
     * @param lineage to the sessions before and after
     * @param connections to the database
     */
    record Outside(HandOff handOff, SourceWatch watch, SessionLineage lineage, Supplier<Connection> connections) {

        PollingCounters counters() {
            return lineage.counters();
        }
    }

    void start() {
        thread.start();
    }

    Batch take(int recordsMax, long bytesMax) {
        boolean wasFull = !outside.handOff().hasRoom();
        Batch batch = outside.handOff().take(recordsMax, bytesMax);
        if (wasFull && outside.handOff().hasRoom()) {
            LockSupport.unpark(thread);
        }
        Failure hindrance = outside.watch().hindrance(recordsMax == 0, System.nanoTime());
        return hindrance == null ? batch : batch.hinderedBy(hindrance);
    }

    void settled(PollingPosition upTo) {
        if (upTo.session() != number) {
            throw new IllegalArgumentException(upTo + " is not of session " + number);
        }
        settled = upTo;
        LockSupport.unpark(thread);
    }

    /** Ends the thread after the statement it is in; should that take longer than the grace, cuts its connection. */
    void end(long graceMillis) {
        ending = true;
        LockSupport.unpark(thread);
        try {
            thread.join(graceMillis);
            Connection open = connection;
            if (thread.isAlive() && open != null) {
                open.abort(SourceThread::runAside);
                thread.join(graceMillis);
            }
        } catch (SQLException e) {
            LOG.debug("the connection could not be cut; it ends with its thread", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Failure failure = null;
        outside.counters().turns().turns(number, System.nanoTime());
        try (Connection open = outside.connections().get()) {
            connection = open;
            outside.lineage().patience().grant(open);
            read(open);
        } catch (RelayException e) {
            failure = e.failure();
        } catch (SQLException e) {
            failure = PostgresFailures.classify(e, settings.connection());
        } catch (RuntimeException | Error e) {
            failure = Failure.of(
                    FailureKind.BUG, "the source failed: " + e, "report this, with the stack trace from the log", e);
        }
        outside.counters().turns().ended(number);
        if (failure != null && !ending) {
            outside.handOff().failed(failure);
        }
    }

    private void read(Connection open) throws SQLException {
        if (ending) {
            return;
        }
        PollingSession session = opening.open(open);
        outside.counters().knowsCommitTimes(session.timed());
        TableReader reader = reader(session, System.nanoTime());
        outside.handOff().put(List.of(new Checkpoint(new PollingPosition(number, 0))));
        long now = System.nanoTime();
        PendingReport report = new PendingReport(outside.counters().pending(), session, now);
        NotificationBell bell = new NotificationBell(thread);
        ReadingLoop loop = new ReadingLoop(
                new ReadingLoop.Opened(session, reader, number, report, outside.watch()),
                outside.handOff(),
                () -> settled,
                new Pacing(settings.reading().waitShortest(), settings.reading().waitLongest(), now),
                bell);
        Listener listener = listening(bell);
        try {
            while (!ending) {
                outside.counters().turns().turns(number, System.nanoTime());
                loop.runOnce();
            }
        } catch (SQLException e) {
            throw new RelayException(whileReading(e));
        } finally {
            if (listener != null) {
                listener.close();
            }
            report.ended();
            outside.counters().gaps(0);
            session.giveUpLock();
        }
    }

    /** Listens from now on, where the application notifies. */
    private @Nullable Listener listening(NotificationBell bell) {
        String channel = settings.reading().channel();
        if (channel == null) {
            return null;
        }
        Listener listener = new Listener(channel, outside.connections(), bell, outside.counters());
        listener.start();
        return listener;
    }

    private TableReader reader(PollingSession session, long nowNanos) throws SQLException {
        if (session.table().retained() instanceof OutboxTable.Kept kept) {
            return SequenceReader.keeping(session, kept, settings.reading(), rules, outside.lineage());
        }
        RowRemoval removal = RowRemoval.of(session);
        return switch (settings.outbox().order()) {
            case SEQUENCE -> SequenceReader.removing(session, settings.reading(), rules, outside.counters(), removal);
            case COMMIT_TIMESTAMP ->
                CommitOrderReader.open(session, settings.reading(), rules, outside.counters(), removal);
            case NONE -> new ScanReader(session, settings.reading(), outside.counters(), removal, nowNanos);
        };
    }

    /**
     * What is wrong with the settings is for the inspection to say, completely, when the next session opens. Here it only shows
     * that something changed while the session ran, such as a table renamed or a privilege withdrawn.
     */
    private Failure whileReading(SQLException error) {
        Patience patience = outside.lineage().patience();
        Duration granted = patience.statement();
        long busyNanos = outside.watch().busyNanos(System.nanoTime());
        if (CANCELLED.equals(error.getSQLState()) && busyNanos >= granted.toNanos()) {
            patience.ranOut();
            return Failure.of(
                    FailureKind.TRANSIENT,
                    "the database took longer than " + shown(granted) + " for a statement, at "
                            + settings.connection().urlShown(),
                    "the relay starts over and gives it " + shown(patience.statement())
                            + "; VACUUM the outbox, and end transactions that have been open for long: they keep dead rows in"
                            + " the way",
                    error);
        }
        patience.sufficed();
        Failure failure = PostgresFailures.classify(error, settings.connection());
        return failure.kind() == FailureKind.MISCONFIGURED ? failure.as(FailureKind.TRANSIENT) : failure;
    }

    private static String shown(Duration time) {
        return time.toMillis() / 1_000.0 + " s";
    }

    private static void runAside(Runnable command) {
        PipelineThreads.daemon("relay-source-cut", command).start();
    }
}
