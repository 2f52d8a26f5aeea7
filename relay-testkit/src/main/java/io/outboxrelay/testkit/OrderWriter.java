package io.outboxrelay.testkit;

import java.sql.SQLException;
import java.util.SplittableRandom;

/** One writer thread of the shop: transaction after transaction until the run is stopped or complete. */
final class OrderWriter implements ShopWorker {
    private static final long RECHECK_NANOS = 1_000_000;

    private final ShopFloor floor;
    private final PreparedTransactions prepared;
    private final SplittableRandom random;
    private final HabitScript script;

    OrderWriter(ShopFloor floor, PreparedTransactions prepared, HotKeys keys, SplittableRandom random) {
        this.floor = floor;
        this.prepared = prepared;
        this.random = random;
        this.script = new HabitScript(floor.schema(), keys, random, floor.tempo(), floor.workload());
    }

    @Override
    public void work() throws SQLException {
        int eventsMax = floor.workload().shape().eventsPerTransactionMax();
        try (WriterSession session = floor.session()) {
            while (!floor.tempo().isStopped() && !floor.budget().isComplete()) {
                int events = floor.budget().reserve(1 + random.nextInt(eventsMax));
                if (events == 0) {
                    // Others hold the rest; what they roll back comes back here.
                    floor.tempo().pause(RECHECK_NANOS);
                    continue;
                }
                floor.tempo().awaitStart(events);
                attempt(session, script.choose(floor.workload().manners().habits()), events);
            }
        }
    }

    private void attempt(WriterSession session, Habit habit, int events) throws SQLException {
        OrderTransaction transaction;
        try {
            transaction = new OrderTransaction(
                    session.connection(),
                    floor.schema(),
                    floor.workload().shape().paddingBytes(),
                    random);
        } catch (SQLException e) {
            floor.budget().settle(events, 0);
            if (ShopFailure.of(e) == ShopFailure.CONNECTION_LOST) {
                return;
            }
            throw e;
        }
        try {
            script.write(habit, transaction, events);
            end(session, habit, transaction, events);
        } catch (SQLException e) {
            note(transaction, events, e);
            session.recover();
        }
    }

    private void end(WriterSession session, Habit habit, OrderTransaction transaction, int events) throws SQLException {
        switch (habit) {
            case ROLLBACK -> {
                session.connection().rollback();
                floor.rolledBack(transaction.events(), transaction.abandoned(), events);
            }
            case PREPARED -> {
                boolean commit = random.nextInt(4) > 0;
                String name = prepared.nextName();
                try {
                    transaction.prepare(name);
                } catch (SQLException e) {
                    if (ShopFailure.of(e) != ShopFailure.CONNECTION_LOST) {
                        throw e;
                    }
                    session.recover();
                }
                prepared.add(name, transaction.events(), commit);
            }
            default -> {
                transaction.commit();
                floor.committed(transaction.events(), transaction.abandoned(), events);
            }
        }
    }

    private void note(OrderTransaction transaction, int events, SQLException failure) throws SQLException {
        ShopFailure kind = ShopFailure.of(failure);
        if (transaction.isEnding() && kind == ShopFailure.CONNECTION_LOST) {
            floor.unknown(transaction.events(), transaction.abandoned(), events);
        } else {
            floor.rolledBack(transaction.events(), transaction.abandoned(), events);
        }
        if (kind == ShopFailure.FATAL) {
            throw failure;
        }
    }
}
