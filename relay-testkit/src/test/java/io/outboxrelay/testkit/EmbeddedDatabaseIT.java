package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class EmbeddedDatabaseIT {
    @Test
    void a_crash_undoes_at_most_a_tail_of_asynchronous_commits_and_the_server_comes_back_on_its_address()
            throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.builder()
                .config("synchronous_commit", "off")
                // The longest there is, so that something is still unflushed when the server dies.
                .config("wal_writer_delay", "10s")
                .start()) {
            database.execute("CREATE TABLE t (n int PRIMARY KEY)");
            database.execute("INSERT INTO t VALUES (0); CHECKPOINT");
            int port = database.port();
            int committed = commitUntilCrash(database);

            database.start();

            assertThat(database.port()).isEqualTo(port);
            int survived = number(database, "SELECT count(*) FROM t WHERE n > 0");
            assertThat(number(database, "SELECT max(n) FROM t")).isEqualTo(survived);
            assertThat(survived).isLessThan(committed);
        }
    }

    @Test
    void synchronous_commits_survive_a_crash() throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.started()) {
            database.execute("CREATE TABLE t (n int PRIMARY KEY)");
            int committed = commitUntilCrash(database);
            assertThatThrownBy(database::connect).isInstanceOf(SQLException.class);

            database.start();

            assertThat(number(database, "SELECT max(n) FROM t")).isEqualTo(committed);
        }
    }

    @Test
    void asks_roles_for_their_password_when_told_to() throws SQLException {
        try (EmbeddedDatabase database =
                EmbeddedDatabase.builder().passwordsRequired().start()) {
            database.execute("CREATE ROLE clerk LOGIN PASSWORD 'right'");
            database.createDatabase("shop");
            database.execute("shop", "CREATE TABLE t (n int)");
            assertThatThrownBy(() -> DriverManager.getConnection(database.url("shop"), "clerk", "wrong"))
                    .hasMessageContaining("clerk");
            try (Connection clerk = DriverManager.getConnection(database.url("shop"), "clerk", "right")) {
                assertThat(clerk.isValid(5)).isTrue();
            }
        }
    }

    private static int commitUntilCrash(EmbeddedDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            int rows = 500;
            for (int n = 1; n <= rows; n++) {
                statement.execute("INSERT INTO t VALUES (" + n + ")");
            }
            database.crash();
            return rows;
        }
    }

    private static int number(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getInt(1);
        }
    }
}
