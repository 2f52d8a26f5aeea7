package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.BinaryCopy;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Streams the result of a query row by row through COPY, so that no more than a bounded number of bytes is ever held: a JDBC
 * cursor bounds rows, not bytes. What does not fit is cancelled at the server and read by a later page. Used by the source's thread only.
 */
final class PageCopy {

    private static final String CANCELLED = "57014";
    private static final int ABSORB_ATTEMPTS_MAX = 5;

    private final Connection connection;
    private final BinaryRow decoding;

    /** @param decoding of the rows that are read */
    PageCopy(Connection connection, BinaryRow decoding) {
        this.connection = connection;
        this.decoding = decoding;
    }

    /** Reads the rows of a session's table as {@link RowSelection} selects them. */
    static PageCopy of(PollingSession session) {
        RowSelection selection = new RowSelection(session.table().columns(), session.timed());
        return new PageCopy(session.connection(), new BinaryRow(selection.forms(), selection.isTimed()));
    }

    /**
     * Reads rows until there are no more or the next one would not fit; a single row larger than the bound comes alone.
     *
     * @throws RelayException POISON if the first row can never be published; behind others it ends the page before it
     * @param query a SELECT of number, id, key, payload, and what routing asks for
     * @param bytesMax how many bytes of rows to keep
     */
    RowPage read(String query, long bytesMax) throws SQLException {
        CopyOut copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (" + query + ") TO STDOUT (FORMAT binary)");
        try {
            return read(copy, bytesMax);
        } catch (RuntimeException | Error e) {
            // A row that cannot be used. Until its COPY has ended, the connection takes no other statement.
            try {
                cancel(copy);
            } catch (SQLException late) {
                e.addSuppressed(late);
            }
            throw e;
        }
    }

    private RowPage read(CopyOut copy, long bytesMax) throws SQLException {
        List<Row> rows = new ArrayList<>();
        long bytes = 0;
        long largest = 0;
        boolean first = true;
        byte[] message;
        while ((message = copy.readFromCopy()) != null) {
            ByteBuffer buffer = ByteBuffer.wrap(message);
            if (first) {
                BinaryCopy.skipHeader(buffer);
                first = false;
            }
            Row row;
            try {
                row = decoding.decode(buffer);
            } catch (RelayException e) {
                if (rows.isEmpty() || e.failure().kind() != FailureKind.POISON) {
                    throw e;
                }
                // What stands before it is published first; the next page begins with it.
                cancel(copy);
                return new RowPage(rows, true, largest);
            }
            if (row == null) {
                continue;
            }
            largest = Math.max(largest, row.sizeBytes());
            if (!rows.isEmpty() && bytes + row.sizeBytes() > bytesMax) {
                cancel(copy);
                return new RowPage(rows, true, largest);
            }
            bytes += row.sizeBytes();
            rows.add(row);
        }
        return new RowPage(rows, false, largest);
    }

    /**
     * Ends a COPY in the middle. Not by {@link CopyOut#cancelCopy}: that leaves on the connection what the server still says, and
     * every later statement would be given the answer to the one before it.
     */
    private void cancel(CopyOut copy) throws SQLException {
        connection.unwrap(PGConnection.class).cancelQuery();
        try {
            while (copy.readFromCopy() != null) {
                // What was on its way already.
            }
        } catch (SQLException e) {
            if (!CANCELLED.equals(e.getSQLState())) {
                throw e;
            }
        }
        absorbLateCancel();
    }

    /** A cancel that came too late for the COPY must not hit a statement that matters. */
    private void absorbLateCancel() throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT 1");
                return;
            } catch (SQLException e) {
                if (!CANCELLED.equals(e.getSQLState()) || attempt == ABSORB_ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }
}
