package io.outboxrelay.sidecar;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** As much of psql as the README uses, for machines that have none: {@code -d DATABASE}, {@code -f FILE}, {@code -c SQL}. */
final class PsqlStandIn {

    private PsqlStandIn() {}

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
            statement.execute(sql);
        } catch (SQLException e) {
            System.err.println(e.getMessage());
            System.exit(3);
        }
    }
}
