package io.outboxrelay.polling;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * What a read/write splitting pooler makes of a connection: while it splits, COPY goes to a session of another server, which
 * lags behind, and everything else to the session that it always went to. The lag is that of a snapshot kept open. Splitting
 * is switched from any thread.
 */
final class SplitConnection implements AutoCloseable {
    private final Supplier<Connection> connections;
    private volatile @Nullable Connection lagging;

    SplitConnection(Supplier<Connection> connections) {
        this.connections = connections;
    }

    /** A connection as the relay gets it from such a pooler. */
    Connection open() {
        Connection primary = connections.get();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                    Connection other = lagging;
                    boolean copies = method.getName().equals("unwrap") && arguments[0] == PGConnection.class;
                    try {
                        return method.invoke(copies && other != null ? other : primary, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** From now on COPY sees the table as it is now. */
    void split(String table) throws SQLException {
        Connection other = connections.get();
        other.setAutoCommit(false);
        other.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = other.createStatement()) {
            statement.execute("SELECT count(*) FROM " + table);
        }
        lagging = other;
    }

    /** From now on all goes to one session again; what the other one was asked for is cut off. */
    @Override
    public void close() throws SQLException {
        Connection other = lagging;
        lagging = null;
        if (other != null) {
            other.close();
        }
    }
}
