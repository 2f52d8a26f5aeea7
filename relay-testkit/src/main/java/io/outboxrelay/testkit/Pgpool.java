package io.outboxrelay.testkit;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A real pgpool-II before a primary and its streaming standby. It passes logins on to servers that trust their clients. Only
 * where {@link InstalledProgram#PGPOOL} is there. Safe to use from any thread.
 */
public final class Pgpool implements AutoCloseable {
    private final PoolerProcess process;

    private Pgpool(PoolerProcess process) {
        this.process = process;
    }

    /**
     * Starts it, and waits until it knows which of the two is the primary.
     *
     * @param settings such as {@code load_balance_mode}; win over this class's own
     */
    public static Pgpool started(EmbeddedDatabase primary, EmbeddedDatabase standby, Map<String, String> settings) {
        return new Pgpool(PoolerProcess.started(
                (directory, port) -> List.of(
                        InstalledProgram.PGPOOL.path(),
                        "-n",
                        "-f",
                        configuration(directory, port, List.of(primary, standby), settings)
                                .toString(),
                        "-F",
                        "/dev/null"),
                "node status[1]: 2"));
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
            Path directory, int port, List<EmbeddedDatabase> servers, Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "backend_clustering_mode",
                "streaming_replication",
                "listen_addresses",
                "127.0.0.1",
                "port",
                Integer.toString(port),
                "pcp_listen_addresses",
                "",
                "pcp_port",
                Integer.toString(FreePort.pick()),
                "sr_check_period",
                "1",
                "sr_check_user",
                EmbeddedDatabase.SUPERUSER,
                "num_init_children",
                "12",
                "pid_file_name",
                directory.resolve("pid").toString(),
                "logdir",
                directory.toString()));
        // Whichever of these names this version knows; it passes over the others.
        for (String name : List.of("socket_dir", "pcp_socket_dir", "unix_socket_directories")) {
            all.put(name, directory.toString());
        }
        for (int node = 0; node < servers.size(); node++) {
            all.put("backend_hostname" + node, "127.0.0.1");
            all.put("backend_port" + node, Integer.toString(servers.get(node).port()));
            all.put("backend_weight" + node, "1");
        }
        all.putAll(settings);
        StringBuilder text = new StringBuilder();
        all.forEach((name, value) -> text.append(name + " = '" + value + "'\n"));
        return PoolerProcess.write(directory.resolve("pgpool.conf"), text.toString());
    }
}
