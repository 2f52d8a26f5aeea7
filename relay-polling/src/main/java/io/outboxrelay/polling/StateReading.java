package io.outboxrelay.polling;

import io.outboxrelay.jdbc.OutboxTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of an outbox whose rows are kept, and what it is to be held against. Changes nothing. Used by the connection's
 * thread only.
 */
final class StateReading {

    private final Connection connection;
    private final OutboxTable.Sequence sequence;
    private final StateSql sql;
    private final StatePosition position;

    private StateReading(Connection connection, OutboxTable.Sequence sequence, StateSql sql, StatePosition position) {
        this.connection = connection;
        this.sequence = sequence;
        this.sql = sql;
        this.position = position;
    }

    /** @param table as the inspection found it, numbered by a sequence */
    static StateReading of(Connection connection, OutboxTable table, StateSql sql) throws SQLException {
        OutboxTable.Identity identity = table.identity();
        OutboxTable.Sequence sequence = Objects.requireNonNull(table.sequence(), "rows are kept without a sequence");
        try (PreparedStatement statement = connection.prepareStatement(sql.server());
                ResultSet row = statement.executeQuery()) {
            row.next();
            StatePosition position = new StatePosition(
                    sql.stateTable(),
                    new StatePosition.Names(identity.quotedName(), sequence.quotedName()),
                    new StateOrigin(row.getLong(1), identity.oid(), sequence.oid(), sequence.filenode()),
                    row.getLong(2));
            return new StateReading(connection, sequence, sql, position);
        }
    }

    /**
     * What a session would make of it at its start, without being one.
     *
     * @throws io.outboxrelay.failure.RelayException POSITION_LOST
     */
    PublishedExtent check() throws SQLException {
        StoredState stored = find();
        if (stored == null) {
            position.checkNotRenamed(otherName());
            return PublishedExtent.NOTHING;
        }
        // After the state was read, as a relay may be at work: numbers that the state knows were drawn before.
        return position.check(stored, lastDrawn());
    }

    StatePosition position() {
        return position;
    }

    /** The row; null when there is none. */
    @Nullable
    StoredState find() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.select())) {
            statement.setString(1, position.table().outbox());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? StoredState.of(row) : null;
            }
        }
    }

    /** Under which name a row of the same table stands; null when there is none. */
    @Nullable
    String otherName() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql.selectByOid())) {
            statement.setLong(1, position.here().systemIdentifier());
            statement.setLong(2, position.here().outbox());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }

    /** The sequence's last number. */
    long lastDrawn() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sequence.lastDrawnSql());
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
