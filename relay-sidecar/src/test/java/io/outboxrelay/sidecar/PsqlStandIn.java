package io.outboxrelay.sidecar;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** As much of psql as the README uses, for machines that have none: {@code -d DATABASE}, {@code -f FILE}, {@code -c SQL}. */
final class PsqlStandIn {

    private PsqlStandIn() {}

    /** As psql does, each by itself: what ends a line outside of a text in dollars. */
    private static List<String> statements(String sql) {
        List<String> statements = new ArrayList<>();
        StringBuilder statement = new StringBuilder();
        boolean quoted = false;
        for (String line : sql.split("\n", -1)) {
            if (line.startsWith("--")) {
                continue;
            }
            statement.append(line).append('\n');
            if ((line.split("\\$\\w*\\$", -1).length - 1) % 2 == 1) {
                quoted = !quoted;
            }
            if (!quoted && line.endsWith(";")) {
                statements.add(statement.toString());
                statement.setLength(0);
            }
        }
        if (!statement.toString().isBlank()) {
            statements.add(statement.toString());
        }
        return statements;
    }

    public static void main(String[] arguments) throws Exception {
        String database = "";
        String sql = "";
        for (int i = 0; i + 1 < arguments.length; i += 2) {
            switch (arguments[i]) {
                case "-d" -> database = arguments[i + 1];
                case "-f" -> sql = Files.readString(Path.of(arguments[i + 1]));
                case "-c" -> sql = arguments[i + 1];
                case "-v" -> {} // ON_ERROR_STOP: an error ends this anyway
                default -> throw new IllegalArgumentException(arguments[i]);
            }
        }
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + database;
        try (Connection connection =
                        DriverManager.getConnection(url, System.getenv("PGUSER"), System.getenv("PGPASSWORD"));
                Statement statement = connection.createStatement()) {
            for (String each : statements(sql)) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }
}
