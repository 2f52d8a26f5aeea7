package io.outboxrelay.polling;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A sequence, transactions and locks as PostgreSQL has them, without PostgreSQL: a transaction locks the sequence before it draws,
 * keeps that lock under another name when it is prepared, is visible before its locks are gone, and may never use a number that
 * it drew. Writers of one key lock it before they draw, as applications do.
 */
final class ModelDatabase {

    private enum State {
        OPEN,
        PREPARED,
        VISIBLE
    }

    private static final class Transaction {
        final String virtualTransaction;
        final Map<Long, Integer> keyByNumber = new HashMap<>();
        final List<Long> drawn = new ArrayList<>();
        final Set<Integer> keysLocked = new HashSet<>();
        State state = State.OPEN;
        boolean locksSequence;
        LockHolder holder;

        /** Given with the first row, or earlier. */
        long id = Look.ID_UNKNOWN;

        Transaction(String virtualTransaction) {
            this.virtualTransaction = virtualTransaction;
            this.holder = new LockHolder(virtualTransaction, false);
        }
    }

    private final Random random;
    private final List<Transaction> running = new ArrayList<>();
    private final TreeSet<Long> visible = new TreeSet<>();
    private final Map<Long, Integer> keyByCommittedNumber = new HashMap<>();
    private long lastValue;
    private int transactions;
    private long lastId = 700;

    ModelDatabase(Random random) {
        this.random = random;
    }

    /** Some transaction does something. */
    void step() {
        if (running.isEmpty() || (running.size() < 6 && random.nextInt(4) == 0)) {
            transactions++;
            running.add(new Transaction(random.nextInt(6) + "/" + transactions));
            return;
        }
        Transaction transaction = running.get(random.nextInt(running.size()));
        switch (transaction.state) {
            case OPEN -> stepOpen(transaction);
            case PREPARED -> {
                if (random.nextInt(4) == 0) {
                    end(transaction, random.nextInt(3) > 0);
                }
            }
            case VISIBLE -> running.remove(transaction);
        }
    }

    /** Lets everything that runs come to its end. */
    void finish() {
        for (Transaction transaction : List.copyOf(running)) {
            if (transaction.state != State.VISIBLE) {
                end(transaction, random.nextBoolean());
            }
        }
        running.clear();
    }

    private void stepOpen(Transaction transaction) {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> draw(transaction);
            case 3, 4, 5 -> insert(transaction);
            // ROLLBACK TO a savepoint: the rows go, the sequence's lock and the numbers drawn stay.
            case 6 -> transaction.keyByNumber.keySet().removeIf(number -> random.nextBoolean());
            case 7 -> prepare(transaction);
            case 8 -> end(transaction, false);
            case 9, 10 -> end(transaction, true);
            default -> {}
        }
    }

    private void identify(Transaction transaction) {
        if (transaction.id == Look.ID_UNKNOWN) {
            transaction.id = ++lastId;
        }
    }

    private void prepare(Transaction transaction) {
        identify(transaction);
        transaction.state = State.PREPARED;
        transaction.holder = new LockHolder("-1/" + transaction.virtualTransaction, true);
    }

    private void draw(Transaction transaction) {
        if (!transaction.locksSequence) {
            transaction.locksSequence = true;
            return;
        }
        int key = random.nextInt(4);
        if (running.stream().anyMatch(other -> other != transaction && other.keysLocked.contains(key))) {
            return;
        }
        // Numbers meant for a key are drawn under its lock; those drawn for nothing in particular need none.
        transaction.keysLocked.add(key);
        for (int n = random.nextInt(6) + 1; n > 0; n--) {
            lastValue++;
            transaction.drawn.add(lastValue);
            if (random.nextInt(3) > 0) {
                identify(transaction);
                transaction.keyByNumber.put(lastValue, key);
            }
        }
    }

    private void insert(Transaction transaction) {
        // A number drawn early, used late.
        if (!transaction.drawn.isEmpty() && !transaction.keysLocked.isEmpty()) {
            long number = transaction.drawn.get(random.nextInt(transaction.drawn.size()));
            identify(transaction);
            transaction.keyByNumber.putIfAbsent(number, -1);
        }
    }

    private void end(Transaction transaction, boolean commit) {
        if (commit) {
            visible.addAll(transaction.keyByNumber.keySet());
            keyByCommittedNumber.putAll(transaction.keyByNumber);
            transaction.state = State.VISIBLE;
        } else {
            running.remove(transaction);
        }
    }

    /**
     * Who holds a lock on the sequence. A transaction that is prepared while this is collected shows under both names, and an id
     * may have been given out too late to show.
     */
    Look look() {
        Map<LockHolder, Long> holders = new HashMap<>();
        for (Transaction transaction : running) {
            if (transaction.locksSequence) {
                holders.put(transaction.holder, random.nextInt(5) == 0 ? Look.ID_UNKNOWN : transaction.id);
                if (transaction.state == State.OPEN && random.nextInt(10) == 0) {
                    prepare(transaction);
                    holders.put(transaction.holder, transaction.id);
                }
            }
        }
        return new Look(holders, lastValue);
    }

    /** What one statement sees, ascending: the rows above the frontier's top and in its gaps, but for those that may be left out. */
    List<Long> visible(Frontier frontier, Dormancy dormancy) {
        boolean anyEnded = dormancy.transactionIds().stream().anyMatch(this::hasEnded);
        List<NumberRange> gaps = frontier.gaps().stream()
                .filter(gap -> anyEnded || !dormancy.covers(gap))
                .toList();
        return visible.stream()
                .filter(number -> number > frontier.top()
                        || gaps.stream().anyMatch(gap -> gap.lo() <= number && number <= gap.hi()))
                .toList();
    }

    private boolean hasEnded(long id) {
        return running.stream().noneMatch(transaction -> transaction.id == id && transaction.state != State.VISIBLE);
    }

    /** The key of a committed row, negative when its writer locked none for it. */
    int key(long number) {
        return keyByCommittedNumber.get(number);
    }

    void delete(long number) {
        visible.remove(number);
    }

    Set<Long> committed() {
        return new HashSet<>(keyByCommittedNumber.keySet());
    }

    /** Every number that may still become visible. */
    Set<Long> possible() {
        Set<Long> possible = new HashSet<>();
        for (Transaction transaction : running) {
            if (transaction.state == State.OPEN) {
                possible.addAll(transaction.drawn);
            } else if (transaction.state == State.PREPARED) {
                possible.addAll(transaction.keyByNumber.keySet());
            }
        }
        return possible;
    }
}
