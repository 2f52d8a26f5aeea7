package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SmallDiskIT {
    private static final String WRITE =
            "INSERT INTO written SELECT n, repeat('x', 1000) FROM generate_series(1, 10000) g(n)";

    private SmallDisk disk;

    @BeforeEach
    void mount() {
        try {
            disk = SmallDisk.mounted(64);
        } catch (SmallDisk.NotPermitted e) {
            Assumptions.abort(e.getMessage());
        }
    }

    @AfterEach
    void unmount() {
        if (disk != null) {
            disk.close();
        }
    }

    @Test
    void a_full_tablespace_refuses_writers_until_there_is_space_again() throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.builder().near(disk).start()) {
            database.execute("CREATE TABLESPACE small LOCATION '" + disk.create("space") + "'");
            database.execute("CREATE TABLE written (n int, text text) TABLESPACE small");
            disk.fill();
            assertThatThrownBy(() -> database.execute(WRITE))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("53100"));
            disk.free();
            database.execute(WRITE);
        }
    }

    @Test
    void a_server_whose_log_is_full_has_lost_nothing_when_it_is_back() throws SQLException {
        try (EmbeddedDatabase database = EmbeddedDatabase.builder().walOn(disk).start()) {
            database.execute("CREATE TABLE written (n int, text text)");
            database.execute(WRITE);
            disk.fill();
            await().atMost(Duration.ofSeconds(30)).until(() -> isLostIn(database));
            disk.free();
            database.revive();
            database.execute("INSERT INTO written VALUES (0, 'after')");
            assertThat(count(database)).isEqualTo(10_001);
        }
    }

    /** Whether the connection is lost while much is written; what was, is undone. */
    private static boolean isLostIn(EmbeddedDatabase database) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(WRITE);
            connection.rollback();
            return false;
        } catch (SQLException e) {
            return String.valueOf(e.getSQLState()).matches("08.*|57P.*|XX.*|53100");
        }
    }

    private static long count(EmbeddedDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM written")) {
            row.next();
            return row.getLong(1);
        }
    }
}
