package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import java.sql.SQLException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Whether the server is a PostgreSQL that takes writes. What fails here makes every other question pointless. */
final class ServerCheck {
    private static final int VERSION_MIN = 130_000;

    private record Server(String version, int number, boolean standby, boolean readOnly) {}

    private final Catalog catalog;

    ServerCheck(Catalog catalog) {
        this.catalog = catalog;
    }

    /** Which server it is, for people. */
    String shown() throws SQLException {
        return "PostgreSQL " + catalog.text("SHOW server_version");
    }

    /** Why the server cannot be relayed from, or null. */
    @Nullable
    Failure unfit() throws SQLException {
        Server server = Objects.requireNonNull(catalog.first(
                "SELECT version(), current_setting('server_version_num')::int, pg_is_in_recovery(),"
                        + " current_setting('transaction_read_only')::bool",
                row -> new Server(row.getString(1), row.getInt(2), row.getBoolean(3), row.getBoolean(4))));
        if (!server.version().startsWith("PostgreSQL") || server.version().contains("-YB-")) {
            return Failure.of(
                    FailureKind.MISCONFIGURED,
                    "the server is not PostgreSQL but resembles it: " + server.version(),
                    "point source.url to PostgreSQL 13 or later: the relay relies on how PostgreSQL locks sequences");
        }
        if (server.number() < VERSION_MIN) {
            return Failure.of(
                    FailureKind.MISCONFIGURED,
                    "the server is too old: " + server.version(),
                    "upgrade it to PostgreSQL 13 or later");
        }
        if (server.standby()) {
            // Not a wrong setting: in a failover the right address leads to a standby until that is promoted.
            return Failure.of(
                    FailureKind.TRANSIENT,
                    "the server is a standby; only the primary can be relayed from",
                    "point source.url to the primary, or list all hosts and add targetServerType=primary; the relay waits for a promotion");
        }
        if (server.readOnly()) {
            return Failure.of(
                    FailureKind.TRANSIENT,
                    "transactions on this server are read-only, so published rows could not be deleted",
                    "ALTER ROLE " + catalog.role() + " RESET default_transaction_read_only"
                            + " -- or see why the server was made read-only (a full disk, a failover); the relay waits");
        }
        return null;
    }
}
