package io.outboxrelay.debezium.repair;

import io.outboxrelay.failure.Problem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Whether the numbers of a column rise with the rows, as far as the sequence tells that they come from. */
final class Numbering {

    /** That of an identity depends on the column, and a default depends on that of its nextval. */
    private static final String SEQUENCES = """
            SELECT s.seqrelid::regclass::text, s.seqincrement, s.seqcycle, s.seqcache FROM pg_sequence s
              JOIN pg_attribute a ON a.attrelid = ? AND a.attname = ?
             WHERE EXISTS (SELECT FROM pg_depend o WHERE o.classid = 'pg_class'::regclass AND o.objid = s.seqrelid AND o.deptype = 'i'
                              AND o.refclassid = 'pg_class'::regclass AND o.refobjid = a.attrelid AND o.refobjsubid = a.attnum)
                OR EXISTS (SELECT FROM pg_attrdef d JOIN pg_depend o ON o.classid = 'pg_attrdef'::regclass AND o.objid = d.oid
                            WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum
                              AND o.refclassid = 'pg_class'::regclass AND o.refobjid = s.seqrelid)""";

    private static final String ANOTHER =
            "name a column that rises with the rows by --order-by COLUMN; or give --order none where the order of one"
                    + " key's events does not matter";

    private Numbering() {}

    /** Why the rows are not in this order; null where nothing speaks against it. */
    static @Nullable Problem problem(
            Connection connection, StandingTable table, StandingTable.Ordering ordering, RowOrder order)
            throws SQLException {
        if (ordering.number() == null) {
            return null;
        }
        // Within one transaction, which is one session's, a cache is used up in order.
        boolean cached =
                order.way() == RowOrder.Way.AUTOMATIC && ordering.expressions().size() == 1;
        try (PreparedStatement statement = connection.prepareStatement(SEQUENCES)) {
            statement.setLong(1, table.oid());
            statement.setString(2, ordering.number());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String numbers = "sequence " + row.getString(1) + " of column " + ordering.number();
                    if (row.getLong(2) < 0) {
                        return new Problem(numbers + " counts down: later rows have lower numbers", ANOTHER);
                    }
                    if (row.getBoolean(3)) {
                        return new Problem(numbers + " begins again at its end (CYCLE)", ANOTHER);
                    }
                    if (cached && row.getLong(4) > 1) {
                        return new Problem(
                                numbers + " hands out " + row.getLong(4)
                                        + " numbers to each session in advance (CACHE):"
                                        + " later rows of another session have lower ones",
                                "give --order number if one session alone writes the events of a key; " + ANOTHER);
                    }
                }
                return null;
            }
        }
    }
}
