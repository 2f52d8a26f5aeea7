package io.outboxrelay.polling;

import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * What the row of an outbox says, whatever it is worth.
 *
 * @param format how to read the rest
 * @param version raised with each write
 * @param origin of which database this was true
 * @param timeline on which it was stored
 * @param extent how far publishing got
 */
record StoredState(int format, long version, StateOrigin origin, long timeline, Extent extent) {

    /**
     * See {@link PublishedExtent}.
     *
     * @param top its top
     * @param lo the lower ends of its gaps; may hold nulls
     * @param hi their upper ends; may hold nulls
     */
    record Extent(long top, List<Long> lo, List<Long> hi) {}

    /** Reads the columns of {@link StateSql#select}. */
    static StoredState of(ResultSet row) throws SQLException {
        return new StoredState(
                row.getInt("format"),
                row.getLong("version"),
                new StateOrigin(
                        row.getLong("system_identifier"),
                        row.getLong("outbox_oid"),
                        row.getLong("sequence_oid"),
                        row.getLong("sequence_filenode")),
                row.getLong("timeline"),
                new Extent(row.getLong("top"), numbers(row, "gaps_lo"), numbers(row, "gaps_hi")));
    }

    private static List<Long> numbers(ResultSet row, String column) throws SQLException {
        Array numbers = row.getArray(column);
        return Arrays.asList(numbers == null ? new Long[1] : (Long[]) numbers.getArray());
    }
}
