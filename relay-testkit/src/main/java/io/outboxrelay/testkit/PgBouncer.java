package io.outboxrelay.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A real PgBouncer before an {@link EmbeddedDatabase}. It asks its clients for no password and logs in with what it was given.
 * Only where {@link InstalledProgram#PGBOUNCER} is there. Safe to use from any thread.
 */
public final class PgBouncer implements AutoCloseable {
    private final PoolerProcess process;

    private PgBouncer(PoolerProcess process) {
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param database where it connects to
     * @param passwords of the roles that may connect, the superuser among them or not
     * @param settings of its section {@code [pgbouncer]}, such as {@code pool_mode}; win over this class's own
     */
    public static PgBouncer started(
            EmbeddedDatabase database, Map<String, String> passwords, Map<String, String> settings) {
        return new PgBouncer(PoolerProcess.started(
                (directory, port) -> List.of(
                        InstalledProgram.PGBOUNCER.path(),
                        configuration(directory, port, database.port(), passwords, settings)
                                .toString()),
                "process up"));
    }

    /** URL of a database behind it, without any role in it, as a configuration file has it. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + process.port() + "/" + database;
    }

    @Override
    public void close() {
        process.close();
    }

    private static Path configuration(
            Path directory, int port, int databasePort, Map<String, String> passwords, Map<String, String> settings) {
        StringBuilder users = new StringBuilder();
        passwords.forEach((role, password) -> users.append("\"" + role + "\" \"" + password + "\"\n"));
        Path file = PoolerProcess.write(directory.resolve("users.txt"), users.toString());
        Map<String, String> all = new TreeMap<>(Map.of(
                "listen_addr", "127.0.0.1",
                "listen_port", Integer.toString(port),
                "unix_socket_dir", "",
                "auth_type", "trust",
                "auth_file", file.toString()));
        all.putAll(settings);
        StringBuilder text =
                new StringBuilder("[databases]\n* = host=127.0.0.1 port=" + databasePort + "\n[pgbouncer]\n");
        all.forEach((name, value) -> text.append(name + " = " + value + "\n"));
        return PoolerProcess.write(directory.resolve("pgbouncer.ini"), text.toString());
    }
}
