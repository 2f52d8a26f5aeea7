package io.outboxrelay.debezium.rows;

import io.outboxrelay.failure.RelayException;
import java.sql.SQLException;
import java.util.List;

/** Deletes rows of the outbox, through a session of its own. Used by one thread. */
interface RowDelete extends AutoCloseable {

    /**
     * Deletes all rows with these ids, or none.
     *
     * @return how many there were; durable on return
     * @throws RelayException TRANSIENT where the table is not the one whose rows were published: nothing was deleted
     */
    int delete(List<String> ids) throws SQLException;

    @Override
    void close();
}
