package io.outboxrelay.polling;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Looks whether the table still is the one that was inspected.
 *
 * @param session which reads it
 */
record TableWatch(PollingSession session) {

    /** @throws RelayException TRANSIENT if another table goes by its name now: a new session inspects that one */
    void check() throws SQLException {
        String name = session.table().identity().quotedName();
        try (PreparedStatement statement = session.connection()
                .prepareStatement(
                        "SELECT to_regclass(?)::oid::bigint IS NOT DISTINCT FROM ? WHERE " + session.guard())) {
            statement.setString(1, name);
            statement.setLong(2, session.table().identity().oid());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next() || !row.getBoolean(1)) {
                    throw new RelayException(
                            FailureKind.TRANSIENT,
                            "table " + name + " was replaced by another",
                            "nothing; the relay starts over with a new session");
                }
            }
        }
    }
}
