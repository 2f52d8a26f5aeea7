package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A server's log, those who write to it, and one slot. Transactions run at the same time, so what stands first in the log may commit
 * last, and rows of one statement share a place. Everything follows from the seed.
 */
final class SimulatedLog {

    private static final int KEYS = 6;
    private static final int OPEN_MAX = 3;

    /** An event; those of a key are numbered from 1 on in the order in which they commit. */
    record Row(String key, int version, long lsn) {
        String id() {
            return key + "-" + version;
        }
    }

    /**
     * What is sent as a whole, in the order of its ends.
     *
     * @param rows none: a message of no transaction
     * @param end where reading goes on behind it
     */
    record Transaction(List<Row> rows, long end) {}

    private final long seed;
    private final SplittableRandom random;
    private final Predicate<String> acknowledged;
    private final List<List<Row>> open = new ArrayList<>();
    private final List<Transaction> committed = new ArrayList<>();
    private final boolean emptied;
    private final Set<String> deleted = new HashSet<>();
    private final Set<String> locked = new HashSet<>();
    private final Map<String, Integer> versions = new HashMap<>();
    private long written = 1_000;
    private long stored = written;
    private long confirmed = written;
    private long told = written;
    private int checked;

    /** @param acknowledged whether the broker has an event of this id for certain */
    SimulatedLog(long seed, SplittableRandom random, Predicate<String> acknowledged) {
        this.seed = seed;
        this.random = random;
        this.acknowledged = acknowledged;
        this.emptied = random.nextBoolean();
    }

    /** Whether the relay is to delete what is published. */
    boolean isEmptied() {
        return emptied;
    }

    /** The relay deletes a row of the table. */
    void deletes(String id) {
        assertThat(acknowledged.test(id))
                .as("seed %d: %s is settled when it is deleted", seed, id)
                .isTrue();
        deleted.add(id);
    }

    /** Others write a little. */
    void work() {
        written += random.nextInt(50);
        switch (random.nextInt(8)) {
            case 0, 1 -> begin(random.nextInt(12) == 0 ? 30 + random.nextInt(40) : 1 + random.nextInt(5));
            case 2, 3, 4 -> end(true);
            case 5 -> end(false);
            case 6 -> committed.add(new Transaction(List.of(), ++written));
            default -> open.forEach(this::write);
        }
    }

    /** One transaction alone. */
    void insert(int rows) {
        begin(rows);
        while (!open.isEmpty()) {
            end(true);
        }
    }

    /** Everybody has come to an end. */
    void rest() {
        while (!open.isEmpty()) {
            end(true);
        }
    }

    private void begin(int rows) {
        if (open.size() == OPEN_MAX) {
            return;
        }
        List<Row> transaction = new ArrayList<>();
        open.add(transaction);
        for (int i = 0; i < rows; i++) {
            write(transaction);
        }
    }

    /** Whoever writes a key holds it until the end. */
    private void write(List<Row> transaction) {
        String key = "key" + random.nextInt(KEYS);
        long own = transaction.stream().filter(row -> row.key().equals(key)).count();
        if (own == 0 && !locked.add(key)) {
            return;
        }
        written += random.nextInt(3);
        transaction.add(new Row(key, versions.getOrDefault(key, 0) + (int) own + 1, written));
    }

    private void end(boolean commits) {
        if (open.isEmpty()) {
            return;
        }
        List<Row> ending = open.remove(random.nextInt(open.size()));
        ending.forEach(row -> locked.remove(row.key()));
        if (commits && !ending.isEmpty()) {
            ending.forEach(row -> versions.merge(row.key(), 1, Integer::sum));
            committed.add(new Transaction(List.copyOf(ending), ++written));
        }
    }

    /** Where the log ends. */
    long writtenLsn() {
        return written;
    }

    /** How far the slot is confirmed. */
    long confirmedLsn() {
        return confirmed;
    }

    /** The last version of each key. */
    Map<String, Integer> versions() {
        return versions;
    }

    int rows() {
        return versions.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** In the order in which they committed. */
    List<Transaction> committed() {
        return Collections.unmodifiableList(committed);
    }

    /** The first that a reader is sent who begins where the slot was confirmed. */
    int firstUnconfirmed() {
        int first = committed.size();
        while (first > 0 && committed.get(first - 1).end() > confirmed) {
            first--;
        }
        return first;
    }

    /** The relay notes how far it is. */
    void store(long lsn) {
        stored = Math.max(stored, lsn);
    }

    /** The slot is told: nothing in front of this is ever sent again. It learns of it when that arrives. */
    void tell(long lsn) {
        assertThat(lsn).as("seed %d: stored before the slot is told", seed).isLessThanOrEqualTo(stored);
        assertThat(lsn).as("seed %d: never back", seed).isGreaterThanOrEqualTo(told);
        for (; checked < committed.size() && committed.get(checked).end() <= lsn; checked++) {
            assertThat(committed.get(checked).rows())
                    .as("seed %d: settled, as the slot is told %d of %d", seed, lsn, written)
                    .allMatch(row -> acknowledged.test(row.id()))
                    .allMatch(row -> !emptied || deleted.contains(row.id()));
        }
        told = lsn;
    }

    /** Whatever the slot was told has arrived. */
    void arrives() {
        confirmed = told;
    }

    /** What has not arrived never will. */
    void cut() {
        if (random.nextBoolean()) {
            told = confirmed;
        } else {
            arrives();
        }
    }
}
