package io.outboxrelay.debezium.repair;

/**
 * For how long to try to lock a table of MySQL's.
 *
 * @param readSeconds in which a READ lock is waited for, and nobody is held up; at least 1
 * @param writeSeconds in which a WRITE lock is waited for, and writers are held up, and for as long again once it is there; at least 1
 * @param turns how often, at least 1
 */
public record LockPatience(int readSeconds, int writeSeconds, int turns) {

    static final LockPatience DEFAULT = new LockPatience(5, 2, 8);

    public LockPatience {
        if (readSeconds < 1 || writeSeconds < 1 || turns < 1) {
            throw new IllegalArgumentException("at least 1 each");
        }
    }

    /** How long writers wait at most in a row. */
    int heldSeconds() {
        return 2 * writeSeconds;
    }

    /** How long all of it takes at most. */
    int seconds() {
        return turns * (readSeconds + writeSeconds);
    }
}
