package io.outboxrelay.testkit;

import java.sql.SQLException;

/** What one thread of the shop does. */
interface ShopWorker {
    /** Works until the run is stopped or complete; an exception ends the whole run and fails it. */
    void work() throws SQLException;
}
