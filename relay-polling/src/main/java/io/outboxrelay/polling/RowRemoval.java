package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.OutboxTable;
import java.sql.SQLException;
import java.util.List;

/** How published rows leave the outbox. Used by the source's thread only. */
interface RowRemoval {

    /**
     * Removes rows in one transaction, which is durable when this returns. When it throws, all of them still stand.
     *
     * @param rowsMax how many rows there can be
     * @return how many rows there were
     * @throws io.outboxrelay.failure.RelayException BUG if there were more; none is removed then
     */
    int remove(List<RowDelete> deletes, int rowsMax) throws SQLException;

    /** Rows go where the settings say. */
    static RowRemoval of(PollingSession session) {
        OutboxTable.Retained retained = session.table().retained();
        if (retained instanceof OutboxTable.Archived archived) {
            return new ArchivingRemoval(session, archived);
        }
        if (retained instanceof OutboxTable.Deleted) {
            return new DeletingRemoval(session);
        }
        // Rows that are to be kept, or whatever else comes to stand here one day: no leave to delete.
        throw new IllegalStateException("published rows are to be " + retained);
    }

    /** What is thrown when a removal met more rows than there can be. */
    static RelayException tooMany(PollingSession session, int rowsMax, int rows) {
        return new RelayException(
                FailureKind.BUG,
                "a delete of " + rowsMax + " published rows met " + rows + " rows of "
                        + session.table().identity().quotedName() + "; it was rolled back",
                "report this; no row is lost");
    }
}
