package io.outboxrelay.polling;

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
}
