package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MySqlServerIT {

    @ParameterizedTest
    @EnumSource
    void a_server_of_each_version_keeps_what_was_committed_across_a_crash(MySqlPrograms programs) throws SQLException {
        assumeTrue(programs.isThere(), programs.whyNot());
        try (MySqlServer server = MySqlServer.builder(programs).gtid().start()) {
            String version = server.ask("SELECT version()");
            assertThat(version).matches(programs == MySqlPrograms.EIGHT ? "8\\.0\\.15.*" : "(8|9|[1-9]\\d)\\..*");
            assertThat(server.ask("SELECT @@binlog_format")).isEqualTo("ROW");
            assertThat(server.ask("SELECT @@gtid_mode")).isEqualTo("ON");
            server.execute(
                    "CREATE DATABASE shop; CREATE TABLE shop.t (n INT PRIMARY KEY); INSERT INTO shop.t VALUES (1)");
            String executed = server.ask("SELECT @@gtid_executed");

            server.crash();
            server.start();

            assertThat(server.ask("SELECT n FROM shop.t")).isEqualTo("1");
            assertThat(server.ask("SELECT @@gtid_executed")).isEqualTo(executed);
        }
    }
}
