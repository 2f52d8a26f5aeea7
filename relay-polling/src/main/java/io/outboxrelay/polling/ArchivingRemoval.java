package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.OutboxTable;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Published rows move to the archive: one statement deletes them and inserts what it deleted, whole. It is undone when fewer rows
 * stand in the archive than have left the outbox, as a trigger there could have it, and when the outbox has other columns than
 * those that were inspected. Used by the source's thread only.
 */
final class ArchivingRemoval implements RowRemoval {

    private final PollingSession session;
    private final String archive;
    private final String around;
    private final int columns;

    /** @param archived where rows go */
    ArchivingRemoval(PollingSession session, OutboxTable.Archived archived) {
        this.session = session;
        this.archive = archived.archive();
        this.columns = archived.columns().size();
        String names = String.join(", ", archived.columns());
        String returned = archived.columns().stream().map(name -> "t." + name).collect(Collectors.joining(", "));
        // Triggers aside, PostgreSQL inserts what the DELETE returns or nothing at all: there is no moment between the
        // two.
        this.around = "WITH d AS (%s RETURNING " + returned + "), a AS (INSERT INTO " + archive + " (" + names
                + ") OVERRIDING SYSTEM VALUE SELECT " + names + " FROM d RETURNING 1)"
                + " SELECT (SELECT count(*) FROM d), (SELECT count(*) FROM a), (SELECT count(*) FROM pg_attribute WHERE attrelid = "
                + session.table().identity().oid() + " AND attnum > 0 AND NOT attisdropped)";
    }

    /** Fewer rows came than were sent. The words are the relay's own, and quote no row. */
    static final class RowsDiscarded extends SQLException {
        private static final long serialVersionUID = 1;

        RowsDiscarded(String what) {
            super(what);
        }
    }

    @Override
    public int remove(List<RowDelete> deletes, int rowsMax) throws SQLException {
        return session.inTransaction(() -> {
            int rows = 0;
            for (RowDelete delete : deletes) {
                rows += move(delete);
            }
            if (rows > rowsMax) {
                throw RowRemoval.tooMany(session, rowsMax, rows);
            }
            return rows;
        });
    }

    private int move(RowDelete delete) throws SQLException {
        String sql = around.replace("%s", delete.sql());
        try (PreparedStatement statement = delete.prepared(session.connection(), sql);
                ResultSet counts = statement.executeQuery()) {
            counts.next();
            int deleted = counts.getInt(1);
            if (counts.getInt(3) != columns) {
                throw new RelayException(
                        FailureKind.TRANSIENT,
                        "the columns of " + session.table().identity().quotedName()
                                + " are not those that were inspected",
                        "nothing; the relay starts over with a new session and says whether the archive needs them too");
            }
            if (counts.getInt(2) != deleted) {
                throw new RowsDiscarded("of " + deleted + " published rows only " + counts.getInt(2)
                        + " came to stand in " + archive + ": a trigger there discards rows");
            }
            return deleted;
        }
    }
}
