package io.outboxrelay.testkit;

import io.outboxrelay.testkit.OrderTransaction.Change;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Chooses habits by weight and acts them out. Belongs to one writer. */
final class HabitScript {
    private static final int LATE_COMMITS_MAX = 20;
    /** How often somebody who inserted first lets others pass before taking the lock. */
    private static final int LATE_LOCK_EVERY = 4;

    private final OutboxSchema schema;
    private final HotKeys keys;
    private final SplittableRandom random;
    private final Tempo tempo;
    private final Workload workload;

    HabitScript(OutboxSchema schema, HotKeys keys, SplittableRandom random, Tempo tempo, Workload workload) {
        this.schema = schema;
        this.keys = keys;
        this.random = random;
        this.tempo = tempo;
        this.workload = workload;
    }

    /** A habit, with the chance that its weight gives it. */
    Habit choose(Map<Habit, Integer> weights) {
        int sum = weights.values().stream().mapToInt(Integer::intValue).sum();
        int point = random.nextInt(sum);
        // In the enum's order, so that a seed means the same in every JVM.
        for (Habit habit : Habit.values()) {
            point -= weights.getOrDefault(habit, 0);
            if (point < 0) {
                return habit;
            }
        }
        throw new IllegalStateException("weights do not add up: " + weights);
    }

    /** Writes {@code events} events in the manner of a habit, up to but without the end of the transaction. */
    void write(Habit habit, OrderTransaction transaction, int events) throws SQLException {
        switch (habit) {
            case PLAIN, ROLLBACK, PREPARED -> change(transaction, keys.pick(random), events, schema.table());
            case SAVEPOINT -> writeAfterUndoing(transaction, events);
            case NUMBER_FIRST -> writeWithNumbersDrawnFirst(transaction, events);
            case COMMIT_LATE -> {
                change(transaction, keys.pick(random), events, schema.table());
                awaitOthers();
            }
            case SEVERAL_AGGREGATES -> writeSeveral(transaction, events);
            case INTO_PARTITION -> {
                int aggregate = keys.pick(random);
                change(transaction, aggregate, events, schema.partitionOf(HotKeys.type(aggregate)));
            }
        }
    }

    private void writeAfterUndoing(OrderTransaction transaction, int events) throws SQLException {
        int attempts = 1 + random.nextInt(2);
        for (int i = 0; i < attempts; i++) {
            transaction.undoing(() -> change(transaction, keys.pick(random), events, schema.table()));
        }
        if (random.nextBoolean()) {
            awaitOthers();
        }
        change(transaction, keys.pick(random), events, schema.table());
    }

    private void writeWithNumbersDrawnFirst(OrderTransaction transaction, int events) throws SQLException {
        int aggregate = keys.pick(random);
        // The lock first: a number drawn before it would promise a place in the order that others may overtake.
        Change change = insertFirst() ? unversioned(aggregate, events) : raise(transaction, aggregate, events);
        List<Long> numbers = transaction.drawNumbers(events + random.nextInt(2));
        awaitOthers();
        boolean byHand = schema.takesNumbersByHand();
        transaction.insert(schema.table(), change, byHand ? numbers : List.of());
        if (insertFirst()) {
            transaction.raiseVersionOfInserted(change.key());
        }
    }

    private void writeSeveral(OrderTransaction transaction, int events) throws SQLException {
        // Locked in one order by everyone, as a careful application does.
        TreeMap<Integer, Integer> versions = new TreeMap<>();
        for (int i = 0; i < events; i++) {
            versions.merge(keys.pick(random), 1, Integer::sum);
        }
        if (insertFirst()) {
            for (Map.Entry<Integer, Integer> entry : versions.entrySet()) {
                transaction.insert(schema.table(), unversioned(entry.getKey(), entry.getValue()));
            }
            for (int aggregate : versions.keySet()) {
                transaction.raiseVersionOfInserted(HotKeys.key(aggregate));
            }
            return;
        }
        for (Map.Entry<Integer, Integer> entry : versions.entrySet()) {
            change(transaction, entry.getKey(), entry.getValue(), schema.table());
        }
    }

    private void change(OrderTransaction transaction, int aggregate, int events, String table) throws SQLException {
        if (!insertFirst()) {
            transaction.insert(table, raise(transaction, aggregate, events));
            return;
        }
        transaction.insert(table, unversioned(aggregate, events));
        if (random.nextInt(LATE_LOCK_EVERY) == 0) {
            awaitOthers();
        }
        transaction.raiseVersionOfInserted(HotKeys.key(aggregate));
    }

    private boolean insertFirst() {
        return workload.manners().insertFirst();
    }

    private static Change unversioned(int aggregate, int events) {
        return new Change(HotKeys.key(aggregate), HotKeys.type(aggregate), 0, events);
    }

    private static Change raise(OrderTransaction transaction, int aggregate, int events) throws SQLException {
        String key = HotKeys.key(aggregate);
        return new Change(key, HotKeys.type(aggregate), transaction.raiseVersion(key, events), events);
    }

    private void awaitOthers() {
        tempo.awaitCommits(
                1 + random.nextInt(LATE_COMMITS_MAX),
                workload.pace().lateCommitMax().toNanos());
    }
}
