package io.outboxrelay.jdbc;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * The result of a query, row by row, through {@code COPY ... (FORMAT binary)}: no more than one row is held, while a JDBC cursor
 * bounds rows, not bytes. The server sends on as rows are taken, so whoever takes none holds it up. After PostgreSQL's manual, "COPY", binary
 * format; the server sends one row a message, the header together with the first. Used by one thread; until the last row was taken, the connection takes no
 * other statement.
 */
public final class BinaryCopy {

    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final int FLAGS_BYTES = 4;
    private static final int END = -1;

    private final CopyOut copy;
    private boolean begun;

    private BinaryCopy(CopyOut copy) {
        this.copy = copy;
    }

    /** Begins. */
    public static BinaryCopy of(Connection connection, String query) throws SQLException {
        return new BinaryCopy(connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (" + query + ") TO STDOUT (FORMAT binary)"));
    }

    /** The fields of the next row in the server's binary form, or null when there is none. */
    @SuppressWarnings("NullAway") // the elements may be null
    public byte @Nullable [] @Nullable [] next() throws SQLException {
        byte[] message;
        while ((message = copy.readFromCopy()) != null) {
            ByteBuffer buffer = ByteBuffer.wrap(message);
            if (!begun) {
                skipHeader(buffer);
                begun = true;
            }
            int fields = buffer.hasRemaining() ? buffer.getShort() : END;
            if (fields != END) {
                return row(buffer, fields);
            }
        }
        return null;
    }

    @SuppressWarnings("NullAway") // the elements may be null
    private static byte[] @Nullable [] row(ByteBuffer message, int fields) {
        byte[][] row = new byte[fields][];
        for (int i = 0; i < fields; i++) {
            int length = message.getInt();
            if (length >= 0) {
                row[i] = new byte[length];
                message.get(row[i]);
            }
        }
        return row;
    }

    /**
     * Takes the header off a stream's first message.
     *
     * @throws RelayException if it is none, which no PostgreSQL sends
     */
    public static void skipHeader(ByteBuffer message) {
        byte[] signature = new byte[Math.min(SIGNATURE.length, message.remaining())];
        message.get(signature);
        if (!Arrays.equals(signature, SIGNATURE) || message.remaining() < FLAGS_BYTES + Integer.BYTES) {
            throw unexpected("a stream begins with " + Arrays.toString(signature));
        }
        message.getInt();
        int extensionBytes = message.getInt();
        message.position(message.position() + extensionBytes);
    }

    /** Something that no PostgreSQL sends. */
    public static RelayException unexpected(String what) {
        return new RelayException(
                FailureKind.BUG,
                "COPY sent what is not its binary format: " + what,
                "report this, with the server's version");
    }
}
