package io.outboxrelay.debezium.rows;

import java.sql.SQLException;
import java.util.List;

/** Deletes rows of the outbox, through a session of its own. Used by one thread. */
interface RowDelete extends AutoCloseable {

    /**
     * Deletes all rows with these ids, or none.
     *
     * @return how many there were; durable on return
     */
    int delete(List<String> ids) throws SQLException;

    @Override
    void close();
}
