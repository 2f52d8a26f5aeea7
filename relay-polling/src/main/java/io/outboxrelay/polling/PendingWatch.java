package io.outboxrelay.polling;

import io.outboxrelay.jdbc.Housekeeping;
import io.outboxrelay.jdbc.PostgresConnections;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Finds out what waits in the outbox while no source can tell: another relay has it, this one needs an operator, or the source is stuck.
 * What it cannot find out is not held for good: the time since it was last known counts on.
 */
public final class PendingWatch implements Housekeeping.Look {

    /** A relay that starts, or has lost its session, mostly reads again sooner than that. */
    private static final long BEGIN_NANOS = Duration.ofSeconds(2).toNanos();

    private final Supplier<PollingSettings> settings;
    private final Pending pending;
    private final PendingLook.Seen seen = new PendingLook.Seen();

    /**
     * A watch that has looked at nothing yet.
     *
     * @param settings asked anew for each connection
     * @param pending of the sources that may read the outbox, see {@link PollingCounters#pending}
     */
    public PendingWatch(Supplier<PollingSettings> settings, Pending pending) {
        this.settings = settings;
        this.pending = pending;
    }

    /** While nobody else tells: no source reads, or one does but has not got an answer for long. */
    @Override
    public boolean isDue(long nowNanos) {
        Outlook known = pending.current();
        boolean needed = !pending.isRead() || (!known.waiting() && !known.isFresh(nowNanos));
        return needed && nowNanos - known.asOfNanos() >= BEGIN_NANOS;
    }

    @Override
    public Connection connect() {
        return new PostgresConnections(settings.get().connection()).openSession();
    }

    @Override
    public void take(Connection through) throws SQLException {
        PendingLook look = PendingLook.open(through, settings.get().outbox(), pending);
        if (look != null) {
            look.look(seen);
        }
    }
}
