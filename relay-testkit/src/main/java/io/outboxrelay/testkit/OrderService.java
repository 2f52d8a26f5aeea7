package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A small order service under load: concurrent writers raise versions of aggregates and write events into the outbox in
 * the same transactions, with the {@link Habit}s of real applications. It survives outages of the database and keeps the
 * {@link CommittedHistory} that a topic is judged by.
 *
 * <p>The tables of {@link OutboxSchema#createAll()} must be there, and empty: versions begin at 1. Safe to use from any
 * thread.
 */
public final class OrderService implements AutoCloseable {
    private static final long STOP_SECONDS_MAX = 60;

    private final ShopFloor floor;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private CommittedHistory.@Nullable Settlement settlement;

    /**
     * Prepares a run.
     *
     * @param jdbcUrl with user and password in it
     */
    public OrderService(String jdbcUrl, OutboxSchema schema, Workload workload) {
        String run = "orders-" + UUID.randomUUID();
        ShopDialect dialect = ShopDialect.of(schema);
        Workload doable = dialect.doable(workload);
        Tempo tempo = new Tempo(workload.pace().eventsPerSecond());
        EventBudget budget = new EventBudget(workload.pace().eventsMax());
        floor = new ShopFloor(
                dialect.url(jdbcUrl, run),
                run,
                schema,
                doable,
                new ShopFloor.Books(new CommittedHistory(), budget, tempo));
    }

    /** Creates the aggregates and starts the writers. Called once. */
    public void start() throws SQLException {
        Workload workload = floor.workload();
        createAggregates(workload.shape().aggregates());
        SplittableRandom seeds = new SplittableRandom(workload.seed());
        HotKeys keys = new HotKeys(workload.shape().aggregates());
        PreparedTransactions prepared = new PreparedTransactions(floor, workload.writers());
        for (int i = 1; i <= workload.writers(); i++) {
            OrderWriter writer = new OrderWriter(floor, prepared, keys, seeds.split());
            startThread("order-writer-" + i, () -> {
                try {
                    writer.work();
                } finally {
                    prepared.writerEnded();
                }
            });
        }
        startThread("order-decisions", prepared);
        if (!workload.pace().unrelatedOpen().isZero()) {
            startThread("order-unrelated", new UnrelatedWriter(floor, seeds.split()));
        }
    }

    /** What has happened so far; final after {@link #stop()}. */
    public CommittedHistory history() {
        return floor.history();
    }

    /** Whether all events asked for are committed, or a writer failed. */
    public boolean isDone() {
        return floor.tempo().isStopped() || floor.budget().isComplete();
    }

    /**
     * Waits until all events asked for are committed, then does as {@link #stop()}.
     *
     * @throws IllegalStateException when they are not within the bound, or a writer failed
     */
    public CommittedHistory awaitDone(Duration bound) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + bound.toNanos();
        for (Thread thread : threads) {
            TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
        }
        if (!isDone()) {
            stop();
            throw new IllegalStateException(
                    history().committedCount() + " events committed within " + bound + ", seed " + seed());
        }
        return stop();
    }

    /**
     * Stops the writers, rolls back what they left prepared, and asks the database about unknown outcomes. The database
     * must be up. Returns the history, final and consistent; called again, it returns the same.
     *
     * @throws IllegalStateException when a writer failed or does not end within a minute
     */
    public synchronized CommittedHistory stop() throws SQLException, InterruptedException {
        floor.tempo().stop();
        for (Thread thread : threads) {
            thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS_MAX));
            if (thread.isAlive()) {
                throw new IllegalStateException(thread.getName() + " does not end, seed " + seed());
            }
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("a writer failed, seed " + seed(), failed);
        }
        if (settlement == null) {
            try (Connection connection = DriverManager.getConnection(floor.url() + "-end")) {
                new Leftovers(ShopDialect.of(floor.schema()), connection, floor.runName()).end();
                settlement = OrderLedger.settle(history(), connection);
            }
            history().requireConsistent();
        }
        return history();
    }

    /** How {@link #stop()} answered what was unknown; null before. */
    public synchronized CommittedHistory.@Nullable Settlement settlement() {
        return settlement;
    }

    /** Lets the writers end without waiting for them or asking the database. */
    @Override
    public void close() {
        floor.tempo().stop();
    }

    private long seed() {
        return floor.workload().seed();
    }

    private void startThread(String name, ShopWorker worker) {
        Thread thread = new Thread(() -> run(worker), name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void run(ShopWorker worker) {
        try {
            worker.work();
        } catch (SQLException | RuntimeException | Error e) {
            // An outage that outlasts the run is no failure.
            boolean outage = e instanceof SQLException sql && ShopFailure.of(sql) == ShopFailure.CONNECTION_LOST;
            if (!outage) {
                failure.compareAndSet(null, e);
            }
            floor.tempo().stop();
        }
    }

    private void createAggregates(int count) throws SQLException {
        try (Connection connection = DriverManager.getConnection(floor.url());
                PreparedStatement insert = connection.prepareStatement("INSERT INTO orders (id) VALUES (?)");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            if (!floor.schema().isOnMySql()) {
                // The one commit that a crash must not undo, however commits are set up otherwise.
                statement.execute("SET LOCAL synchronous_commit = on");
            }
            for (int i = 0; i < count; i++) {
                insert.setString(1, HotKeys.key(i));
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }
    }
}
