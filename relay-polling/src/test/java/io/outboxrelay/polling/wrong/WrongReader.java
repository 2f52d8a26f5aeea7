package io.outboxrelay.polling.wrong;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a reader decides: which rows come next, and how those that were published are deleted. Used by one thread at a time. */
public interface WrongReader {

    /** Rows that were not handed out before, in the order in which they are to be published. Autocommit is on. */
    List<Row> read(Connection connection, int rowsMax) throws SQLException;

    /**
     * Deletes published rows.
     *
     * @param settled their numbers, in the order in which they were handed out, at least one
     */
    void delete(Connection connection, List<Long> settled) throws SQLException;
}
