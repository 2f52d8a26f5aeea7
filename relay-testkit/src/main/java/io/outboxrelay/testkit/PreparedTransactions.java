package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Transactions that were prepared and wait for their decision. Writers add them from any thread; the worker decides them
 * on its own connection, each after some other transactions have committed, and all of them before it ends.
 */
final class PreparedTransactions implements ShopWorker {
    private static final int COMMITS_BETWEEN = 5;
    private static final long IDLE_NANOS = 1_000_000;
    private static final int LOST_AFTER_STOP_MAX = 3;
    private static final String UNDEFINED_OBJECT = "42704";

    private record Prepared(String name, List<OrderEvent> events, boolean commit) {}

    private final ShopFloor floor;
    private final ConcurrentLinkedQueue<Prepared> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong names = new AtomicLong();
    private final AtomicInteger writersLeft;

    PreparedTransactions(ShopFloor floor, int writers) {
        this.floor = floor;
        this.writersLeft = new AtomicInteger(writers);
    }

    /** A name that no other transaction of this server has. */
    String nextName() {
        return floor.runName() + "-" + names.incrementAndGet();
    }

    /**
     * Leaves the decision to the worker. Also for one of which nobody knows whether it was prepared, because the connection
     * was lost: if it was, its locks must not stay.
     */
    void add(String name, List<OrderEvent> events, boolean commit) {
        waiting.add(new Prepared(name, List.copyOf(events), commit));
    }

    /** One writer will add no more. */
    void writerEnded() {
        writersLeft.decrementAndGet();
    }

    @Override
    public void work() throws SQLException {
        try (WriterSession session = floor.session()) {
            // Read the count first: what a writer added before it ended is then seen.
            for (boolean last = writersLeft.get() == 0; ; last = writersLeft.get() == 0) {
                Prepared next = waiting.poll();
                if (next != null) {
                    // Late, but not one after the other: each keeps the lock of its aggregate.
                    if (waiting.isEmpty()) {
                        awaitOthers();
                    }
                    decide(session, next);
                } else if (last) {
                    return;
                } else {
                    floor.tempo().pause(IDLE_NANOS);
                }
            }
        }
    }

    private void awaitOthers() {
        floor.tempo()
                .awaitCommits(
                        COMMITS_BETWEEN, floor.workload().pace().lateCommitMax().toNanos());
    }

    private void decide(WriterSession session, Prepared prepared) throws SQLException {
        int reserved = prepared.events().size();
        try {
            execute(session, (prepared.commit() ? "COMMIT" : "ROLLBACK") + " PREPARED '" + prepared.name() + "'");
        } catch (SQLException e) {
            ShopFailure kind = ShopFailure.of(e);
            if (kind == ShopFailure.FATAL && !UNDEFINED_OBJECT.equals(e.getSQLState())) {
                throw e;
            }
            // There is none of that name, or the run ends in an outage: the ledger will tell what became of it.
            floor.unknown(prepared.events(), List.of(), reserved);
            return;
        }
        if (prepared.commit()) {
            floor.committed(prepared.events(), List.of(), reserved);
        } else {
            floor.rolledBack(prepared.events(), List.of(), reserved);
        }
    }

    /** Repeats through outages: a prepared transaction keeps its locks until it is decided, and others wait for them. */
    private void execute(WriterSession session, String sql) throws SQLException {
        int lostAfterStop = 0;
        while (true) {
            try {
                Connection connection = session.connection();
                try (Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(true);
                    statement.execute(sql);
                    return;
                }
            } catch (SQLException e) {
                session.close();
                // A run that is stopped right behind an outage: the connection is lost, and yet the database is back.
                if (ShopFailure.of(e) != ShopFailure.CONNECTION_LOST
                        || (floor.tempo().isStopped() && ++lostAfterStop > LOST_AFTER_STOP_MAX)) {
                    throw e;
                }
            }
        }
    }
}
