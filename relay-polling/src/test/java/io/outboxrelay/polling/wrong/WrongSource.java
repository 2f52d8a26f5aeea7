package io.outboxrelay.polling.wrong;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.Position;
import io.outboxrelay.outbox.Wakeup;
import io.outboxrelay.source.Batch;
import io.outboxrelay.source.OutboxSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link WrongReader} a source: a connection, positions, and which numbers are settled. Reads and deletes within
 * {@link #poll}, which a real source must not do. Used by one thread.
 */
public final class WrongSource implements OutboxSource {
    private final String jdbcUrl;
    private final WrongReader reader;
    private final ArrayDeque<Long> unsettled = new ArrayDeque<>();
    private @Nullable Connection connection;
    private @Nullable Place settled;
    private long delivered;
    private long deleted;

    private record Place(WrongSource source, long ordinal) implements Position {}

    public WrongSource(String jdbcUrl, WrongReader reader) {
        this.jdbcUrl = jdbcUrl;
        this.reader = reader;
    }

    @Override
    public void open(Wakeup wakeup) {
        // It connects with its first poll, and is polled often enough to need nobody to wake.
    }

    @Override
    public Batch poll(int recordsMax, long bytesMax) {
        try {
            if (connection == null) {
                connection = DriverManager.getConnection(jdbcUrl);
                return new Batch(List.of(new Checkpoint(new Place(this, 0))), null);
            }
            Position committed = deleteSettled(connection);
            List<Entry> entries = new ArrayList<>();
            for (Row row : recordsMax == 0 ? List.<Row>of() : reader.read(connection, recordsMax)) {
                delivered++;
                unsettled.add(row.number());
                entries.add(row.at(new Place(this, delivered)));
            }
            return new Batch(entries, committed);
        } catch (SQLException e) {
            throw new RelayException(
                    Failure.of(FailureKind.TRANSIENT, "the database failed: " + e.getMessage(), "none", e));
        }
    }

    private @Nullable Position deleteSettled(Connection open) throws SQLException {
        Place upTo = settled;
        settled = null;
        if (upTo == null || upTo.ordinal() == deleted) {
            return upTo;
        }
        List<Long> numbers = new ArrayList<>();
        while (deleted < upTo.ordinal()) {
            numbers.add(unsettled.remove());
            deleted++;
        }
        reader.delete(open, numbers);
        return upTo;
    }

    @Override
    public void commit(Position upTo) {
        settled = (Place) upTo;
    }

    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // The server has closed it before.
                connection = null;
            }
        }
    }
}
