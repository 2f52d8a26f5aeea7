package io.outboxrelay.polling;

import java.sql.SQLException;

/** What stands to be published, page by page, each read by a statement of its own. Used by one thread only. */
interface StandingPages {

    /**
     * The next rows in order; without any at the end.
     *
     * @param rowsMax how many at most
     * @throws io.outboxrelay.failure.RelayException POISON where the first of them can never be published
     */
    RowPage next(int rowsMax) throws SQLException;
}
