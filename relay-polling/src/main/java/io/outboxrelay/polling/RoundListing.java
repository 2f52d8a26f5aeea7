package io.outboxrelay.polling;

import io.outboxrelay.jdbc.BinaryCopy;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * Lists the rows of a round: one statement over the whole table, of which only numbers leave the server, streamed, so that a
 * round takes 8 bytes a row. Used by the source's thread only.
 */
final class RoundListing {

    private static final int CAPACITY_START = 1_024;

    private final Connection connection;
    private final String statement;
    private final int rowsMax;
    private final ReaderRules.RoundRule rule;
    private final IntConsumer untimed;

    /** @param untimed is told how many rows of each round have no timestamp */
    RoundListing(PollingSession session, ReaderRules.Rounds rounds, IntConsumer untimed) {
        this.connection = session.connection();
        this.statement = new CommitOrderSql(session.table(), session.guard(), session.timed()).visible();
        this.rowsMax = rounds.rowsMax();
        this.rule = rounds.rule();
        this.untimed = untimed;
    }

    /**
     * The next round.
     *
     * @param read the numbers of the rows that stand in the table and were read in this session, ascending
     */
    Round list(long[] read) throws SQLException {
        // Those that were read are listed too, and must not use up the limit.
        int limit = rowsMax + read.length;
        CopyOut copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (" + rule.choose(statement, limit) + ") TO STDOUT (FORMAT binary)");
        long[] numbers = new long[CAPACITY_START];
        int size = 0;
        int listed = 0;
        int withoutTime = 0;
        byte[] message;
        while ((message = copy.readFromCopy()) != null) {
            ByteBuffer row = ByteBuffer.wrap(message);
            if (listed == 0) {
                BinaryCopy.skipHeader(row);
            }
            if (!row.hasRemaining() || row.getShort() < 0) {
                continue;
            }
            row.getInt();
            long number = row.getLong();
            boolean untimedRow = row.getInt() < 0;
            listed++;
            if (Arrays.binarySearch(read, number) >= 0) {
                continue;
            }
            if (size == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * size);
            }
            numbers[size++] = number;
            withoutTime += untimedRow ? 1 : 0;
        }
        untimed.accept(withoutTime);
        return new Round(Arrays.copyOf(numbers, size), listed == limit);
    }
}
