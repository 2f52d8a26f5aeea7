package io.outboxrelay.testkit;

import io.outboxrelay.testkit.OrderTransaction.Change;
import java.sql.SQLException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A transaction that nobody waits for: it writes an event of a key of its own, or only draws a number, stays open for
 * long, and then commits or rolls back; over and over. Everything with a higher number must pass it.
 */
final class UnrelatedWriter implements ShopWorker {
    private static final long STEP_NANOS = 5_000_000;

    private final ShopFloor floor;
    private final SplittableRandom random;

    UnrelatedWriter(ShopFloor floor, SplittableRandom random) {
        this.floor = floor;
        this.random = random;
    }

    @Override
    public void work() throws SQLException {
        try (WriterSession session = floor.session()) {
            for (int round = 1; !floor.tempo().isStopped() && !floor.budget().isComplete(); round++) {
                int events = floor.budget().reserve(1);
                if (events == 0) {
                    floor.tempo().pause(STEP_NANOS);
                } else {
                    attempt(session, "unrelated-" + round);
                }
            }
        }
    }

    private void attempt(WriterSession session, String key) throws SQLException {
        OrderTransaction transaction = null;
        try {
            transaction = new OrderTransaction(session.connection(), floor.schema(), 0, random);
            boolean numberOnly = floor.schema().takesNumbersByHand() && random.nextInt(3) == 0;
            if (numberOnly) {
                transaction.drawNumbers(1);
            } else {
                transaction.create(key);
                int version = transaction.raiseVersion(key, 1);
                transaction.insert(floor.schema().table(), new Change(key, HotKeys.type(0), version, 1));
            }
            stayOpen();
            if (numberOnly || random.nextBoolean()) {
                transaction.commit();
                floor.committed(transaction.events(), List.of(), 1);
            } else {
                session.connection().rollback();
                floor.rolledBack(transaction.events(), List.of(), 1);
            }
        } catch (SQLException e) {
            List<OrderEvent> events = transaction == null ? List.of() : transaction.events();
            if (transaction != null && transaction.isEnding()) {
                floor.unknown(events, List.of(), 1);
            } else {
                floor.rolledBack(events, List.of(), 1);
            }
            if (ShopFailure.of(e) == ShopFailure.FATAL) {
                throw e;
            }
            session.recover();
        }
    }

    /** Until its time is over, or the others have nothing left to do but to wait for this. */
    private void stayOpen() {
        long deadline =
                System.nanoTime() + floor.workload().pace().unrelatedOpen().toNanos();
        while (System.nanoTime() - deadline < 0
                && !floor.tempo().isStopped()
                && !floor.budget().isSpent()) {
            floor.tempo().pause(STEP_NANOS);
        }
    }
}
