package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;

/** What an inspection found: a table to rely on, or everything that stands against it. */
public sealed interface Inspection {

    /** Every check passed. */
    record Sound(OutboxTable table) implements Inspection {}

    /**
     * Something is wrong.
     *
     * @param failure MISCONFIGURED with all problems at once, TRANSIENT where waiting may mend it (a standby, no second connection
     *     to be had just now), or POSITION_LOST where an operator decides
     */
    record Unsound(Failure failure) implements Inspection {}

    /**
     * The table.
     *
     * @throws RelayException with the failure, if it is not sound
     */
    default OutboxTable orThrow() {
        if (this instanceof Sound sound) {
            return sound.table();
        }
        throw new RelayException(((Unsound) this).failure());
    }
}
