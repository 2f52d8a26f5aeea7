package io.outboxrelay.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Asks the system catalogs. Used by the thread that owns the connection. */
final class Catalog {

    /** Turns the current row into a value. */
    interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private final Connection connection;

    Catalog(Connection connection) {
        this.connection = connection;
    }

    <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                bind(statement, i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<T> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(reader.read(rows));
                }
                return values;
            }
        }
    }

    <T> @Nullable T first(String sql, RowReader<T> reader, @Nullable Object... parameters) throws SQLException {
        List<T> values = list(sql, reader, parameters);
        return values.isEmpty() ? null : values.get(0);
    }

    /** The text that a query of one row brings. */
    String text(String sql, @Nullable Object... parameters) throws SQLException {
        return Objects.requireNonNull(first(sql, row -> row.getString(1), parameters));
    }

    /** The relay's role, quoted. */
    String role() throws SQLException {
        return text("SELECT quote_ident(current_user)");
    }

    /** Whether a query of one boolean says true; no row and null are false. */
    boolean holds(String sql, @Nullable Object... parameters) throws SQLException {
        return Boolean.TRUE.equals(first(sql, row -> row.getBoolean(1), parameters));
    }

    private void bind(PreparedStatement statement, int index, @Nullable Object value) throws SQLException {
        if (value instanceof List<?> numbers) {
            statement.setArray(index, connection.createArrayOf("int8", numbers.toArray()));
        } else {
            statement.setObject(index, value);
        }
    }
}
