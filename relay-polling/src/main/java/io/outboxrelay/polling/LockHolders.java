package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks who may still bring a row under a number already drawn, and with the same statement makes sure that the sequence still is
 * the one whose numbers were read and has not gone back. Used by the source's thread only.
 */
final class LockHolders {

    private static final String START_OVER = "nothing; the relay starts over with a new session";

    private final PollingSession session;
    private final SequenceSql sql;
    private final WentBack wentBack;
    private String holders;

    /** Where a new session reads the whole table again, whatever the numbers are. */
    LockHolders(PollingSession session, SequenceSql sql) {
        this(session, sql, startsOver(session.table().identity().quotedName()));
    }

    /** @param wentBack what to do when numbers are drawn again */
    LockHolders(PollingSession session, SequenceSql sql, WentBack wentBack) {
        this.session = session;
        this.sql = sql;
        this.wentBack = wentBack;
        this.holders = sql.holders(session.table().identity().treeOids());
    }

    private static WentBack startsOver(String table) {
        return new WentBack() {
            @Override
            public void suspected() {}

            @Override
            public RelayException noticed(long top, long lastDrawn) {
                return new RelayException(
                        FailureKind.TRANSIENT,
                        "the sequence of " + table + " went back to " + lastDrawn + ", and " + top
                                + " was read already",
                        START_OVER);
            }
        };
    }

    /** Numbers that were read are drawn again. */
    interface WentBack {

        /** A statement has found numbers below those that were read; the sequence may be as far again by now. */
        void suspected() throws SQLException;

        /**
         * @param top the highest number read
         * @param lastDrawn the last one that was drawn, below it
         * @return what is to be thrown
         */
        RelayException noticed(long top, long lastDrawn) throws SQLException;
    }

    /**
     * A statement has found other numbers than those that were read: notes that, and finds out what happened, if that can still be seen.
     *
     * @param top the highest number read
     * @throws RelayException as {@link #ask}
     */
    void numbersUnknown(long top) throws SQLException {
        wentBack.suspected();
        ask(top);
    }

    /** From now on locks on these tables count as well. */
    void watch(List<Long> tree) {
        holders = sql.holders(tree);
    }

    /**
     * Everyone but this session who holds a lock now.
     *
     * @param top the highest number read
     * @throws RelayException TRANSIENT if another table or sequence took the place of this one; what {@link WentBack} says
     */
    Look ask(long top) throws SQLException {
        Set<LockHolder> found = new HashSet<>();
        Map<String, Long> ids = new HashMap<>();
        try (PreparedStatement statement = session.connection().prepareStatement(holders);
                ResultSet rows = statement.executeQuery()) {
            long lastDrawn = Frontier.MINUS_INFINITY;
            boolean asked = false;
            while (rows.next()) {
                asked = true;
                lastDrawn = rows.getLong(2);
                check(rows.getBoolean(1), lastDrawn, top);
                String transaction = rows.getString(3);
                long id = rows.getLong(5);
                if (transaction != null && !rows.wasNull()) {
                    // Subtransactions hold a lock on an id of their own, and are younger.
                    ids.merge(transaction, fullId(id, rows.getLong(6)), Math::min);
                } else if (transaction != null) {
                    found.add(new LockHolder(transaction, rows.getBoolean(4)));
                }
            }
            if (!asked) {
                throw new RelayException(FailureKind.TRANSIENT, "the sequence shows no state", START_OVER);
            }
            Map<LockHolder, Long> holders = new HashMap<>();
            found.forEach(
                    holder -> holders.put(holder, ids.getOrDefault(holder.virtualTransaction(), Look.ID_UNKNOWN)));
            return new Look(holders, lastDrawn);
        }
    }

    /** The id as a 64-bit number, of which it is the lower half: it is near the next one that is given out. */
    private static long fullId(long id, long nextId) {
        return nextId + (int) (id - nextId);
    }

    private void check(boolean same, long lastDrawn, long top) throws SQLException {
        if (!same) {
            throw new RelayException(
                    FailureKind.TRANSIENT,
                    "table " + session.table().identity().quotedName()
                            + " or its sequence was replaced by another, or the sequence restarted",
                    START_OVER);
        }
        if (lastDrawn < top) {
            throw wentBack.noticed(top, lastDrawn);
        }
    }
}
