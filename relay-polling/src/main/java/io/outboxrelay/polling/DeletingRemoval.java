package io.outboxrelay.polling;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Published rows are deleted.
 *
 * @param session in which they were read
 */
record DeletingRemoval(PollingSession session) implements RowRemoval {

    @Override
    public int remove(List<RowDelete> deletes, int rowsMax) throws SQLException {
        return session.inTransaction(() -> {
            int rows = 0;
            for (RowDelete delete : deletes) {
                try (PreparedStatement statement = delete.prepared(session.connection(), delete.sql())) {
                    rows += statement.executeUpdate();
                }
            }
            if (rows > rowsMax) {
                throw RowRemoval.tooMany(session, rowsMax, rows);
            }
            return rows;
        });
    }
}
