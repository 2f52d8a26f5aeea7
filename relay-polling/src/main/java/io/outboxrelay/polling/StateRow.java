package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.postgresql.PGConnection;

/**
 * The row that says how far one outbox is published, in the outbox's own database, so that it goes wherever the outbox goes: into a
 * backup, to a standby, back in time. A session claims it at its start by raising its version ({@link StateClaim}), and from then
 * on writes only the version that it knows: what anybody else writes is noticed. Used by the source's thread only.
 */
final class StateRow implements LockHolders.WentBack {

    private final PollingSession session;
    private final StateSql sql;
    private final StatePosition position;
    private final SessionLineage lineage;
    private Version version;

    /** @param version as it was claimed */
    StateRow(PollingSession session, StateSql sql, StatePosition position, SessionLineage lineage, Version version) {
        this.session = session;
        this.sql = sql;
        this.position = position;
        this.lineage = lineage;
        this.version = version;
    }

    /**
     * One version of the row.
     *
     * @param number raised with each write
     * @param place where it stands in its table, as a ctid
     */
    record Version(long number, String place) {

        /** Reads the columns version and place. */
        static Version of(ResultSet row) throws SQLException {
            return new Version(row.getLong(1), row.getString(2));
        }
    }

    /**
     * Stores how far publishing got; durable when this returns true.
     *
     * @param topRead the highest number read
     * @return false, with nothing stored, when the row is not as this session left it, or the sequence went back
     */
    boolean store(PublishedExtent extent, long topRead) throws SQLException {
        // At its old place it is no longer after VACUUM FULL, for instance.
        boolean stored = store(sql.updateAt(), true, extent, topRead) || store(sql.update(), false, extent, topRead);
        if (stored) {
            lineage.published(
                    new SessionLineage.Published(version.number(), extent, position.here(), position.timeline()));
        }
        return stored;
    }

    private boolean store(String update, boolean atPlace, PublishedExtent extent, long topRead) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(update)) {
            PGConnection driver = session.connection().unwrap(PGConnection.class);
            statement.setLong(1, extent.top());
            statement.setArray(2, driver.createArrayOf("int8", extent.gapsLo()));
            statement.setArray(3, driver.createArrayOf("int8", extent.gapsHi()));
            statement.setString(4, outbox());
            statement.setLong(5, version.number());
            statement.setArray(6, driver.createArrayOf("int8", new long[] {topRead}));
            if (atPlace) {
                statement.setString(7, version.place());
            }
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return false;
                }
                version = Version.of(row);
                return true;
            }
        }
    }

    /**
     * Makes sure that the row is as this session left it.
     *
     * @throws RelayException POSITION_LOST if it is gone, FENCED if somebody else has written it
     */
    void check() throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql.version())) {
            statement.setString(1, outbox());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw position.gone(Objects.requireNonNull(lineage.published()));
                }
                if (row.getLong(1) != version.number()) {
                    throw fenced(sql, outbox());
                }
            }
        }
    }

    @Override
    public void suspected() throws SQLException {
        lineage.distrust();
        distrust(session, sql, version.number());
    }

    /** Notes it for every later session: by then the sequence may be as far as it was, and would hide it. */
    @Override
    public RelayException noticed(long top, long lastDrawn) throws SQLException {
        suspected();
        return position.wentBack(version.number() + 1, top, lastDrawn);
    }

    /**
     * Notes for every later session that numbers are drawn again, as is so where {@link #store} stored nothing and nobody else has
     * written the row.
     *
     * @return false if somebody has; nothing is noted then
     */
    boolean distrust() throws SQLException {
        boolean noted;
        try {
            noted = distrust(session, sql, version.number());
        } catch (SQLException e) {
            // The next session of this relay notes it.
            lineage.distrust();
            throw e;
        }
        if (noted) {
            lineage.distrust();
        }
        return noted;
    }

    static boolean distrust(PollingSession session, StateSql sql, long version) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql.distrust())) {
            statement.setString(1, session.table().identity().quotedName());
            statement.setLong(2, version);
            return statement.executeUpdate() > 0;
        }
    }

    static RelayException fenced(StateSql sql, String outbox) {
        return new RelayException(
                FailureKind.FENCED,
                "the state of " + outbox + " in " + sql.stateTable() + " was changed by another relay, or by hand",
                "nothing, if that was meant: this relay goes on from what it says now; else end the other");
    }

    private String outbox() {
        return session.table().identity().quotedName();
    }
}
