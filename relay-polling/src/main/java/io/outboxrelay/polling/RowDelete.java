package io.outboxrelay.polling;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.PGConnection;

/**
 * A DELETE of published rows, with the session's guard in it, in which the table goes by the alias {@code t}. Its parameters are arrays.
 *
 * @param sql with a placeholder for each array
 * @param elementType PostgreSQL's name of the type of all their elements
 * @param arrays arrays of any type that the driver takes for an array, such as {@code long[]}
 */
record RowDelete(String sql, String elementType, List<Object> arrays) {

    RowDelete {
        arrays = List.copyOf(arrays);
    }

    /**
     * The statement with its parameters; the caller closes it.
     *
     * @param around what becomes of the DELETE's text: the same placeholders in the same order
     */
    PreparedStatement prepared(Connection connection, String around) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(around);
        try {
            PGConnection driver = connection.unwrap(PGConnection.class);
            for (int i = 0; i < arrays.size(); i++) {
                statement.setArray(i + 1, driver.createArrayOf(elementType, arrays.get(i)));
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }
}
