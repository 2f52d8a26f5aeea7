package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.store.StateFile;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.testkit.MySqlPrograms;
import io.outboxrelay.testkit.MySqlServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What {@code init-sql}, {@code validate} and {@code doctor} do for an outbox in MySQL; the brokers are away. */
@ParameterizedClass
@EnumSource
class MySqlCommandsIT {

    private static MySqlServer server;

    @Parameter
    MySqlPrograms programs;

    @TempDir
    Path directory;

    @BeforeParameterizedClassInvocation
    static void start(MySqlPrograms programs) {
        assumeTrue(programs.isThere(), programs.whyNot());
        server = MySqlServer.builder(programs).gtid().start();
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void what_init_sql_prints_is_what_validate_and_doctor_find_sound_and_it_may_be_run_again() throws Exception {
        String file = settings("made");
        server.execute("CREATE USER shop");
        CommandRun script = CommandRun.of("init-sql", "--config", file, "--writer", "shop");
        assertThat(script.status()).as(script.err()).isZero();

        server.execute(script.out());
        server.execute(script.out());

        assertThat(CommandRun.of("validate", "--config", file).err()).contains("Access denied");
        server.execute("ALTER USER made IDENTIFIED BY 'choose-one' ACCOUNT UNLOCK");
        assertThat(CommandRun.of("validate", "--config", file).out()).contains("database  made.outbox at jdbc:mysql:");
        CommandRun doctor = CommandRun.of("doctor", "--config", file);
        assertThat(doctor.out())
                .contains("ok      server: MySQL ")
                .contains("ok      privilege REPLICATION SLAVE: granted")
                .contains("ok      logged databases: made is among them")
                .contains("ok      columns: id, aggregateid, payload, aggregatetype")
                .contains("ok      table: made.outbox, InnoDB, with a primary key")
                .contains("ok      stored position: none: a first start begins at the end of the log")
                .doesNotContain("warn ");
    }

    @Test
    void each_privilege_that_is_missing_comes_with_the_statement_that_grants_it() throws Exception {
        String file = settings("bare");
        server.execute("CREATE DATABASE bare; CREATE TABLE bare.outbox (id varchar(64) PRIMARY KEY, body text);"
                + "CREATE USER bare@'127.0.0.1' IDENTIFIED BY 'choose-one'");
        for (String mended : new String[] {
            "GRANT REPLICATION CLIENT ON *.* TO 'bare'@'127.0.0.1';",
            "GRANT REPLICATION SLAVE ON *.* TO 'bare'@'127.0.0.1';",
            "GRANT SELECT ON `bare`.`outbox` TO 'bare'@'127.0.0.1';",
            "ALTER TABLE `bare`.`outbox` ADD COLUMN `aggregateid` varchar(255);",
            "ALTER TABLE `bare`.`outbox` ADD COLUMN `payload` longtext;",
            "ALTER TABLE `bare`.`outbox` ADD COLUMN `aggregatetype` varchar(255);"
        }) {
            CommandRun doctor = CommandRun.of("doctor", "--config", file);
            assertThat(doctor.status()).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(doctor.out()).contains(mended).doesNotContain("pg_", "PostgreSQL");
            server.execute(mended);
        }
        assertThat(CommandRun.of("doctor", "--config", file).out())
                .doesNotContain("FAIL    privilege", "FAIL    columns");
    }

    @Test
    void each_setting_of_the_server_that_does_not_do_comes_with_the_statement_that_mends_it() throws Exception {
        String file = sound("tuned");
        server.execute("SET GLOBAL binlog_format = 'STATEMENT'; SET GLOBAL binlog_row_image = 'MINIMAL';"
                + "SET GLOBAL binlog_expire_logs_seconds = 60");
        try {
            CommandRun doctor = CommandRun.of("doctor", "--config", file);
            assertThat(doctor.out())
                    .contains("FAIL    binlog_format", "SET PERSIST binlog_format = 'ROW'")
                    .contains("FAIL    binlog_row_image", "SET PERSIST binlog_row_image = 'FULL'");
            assertThat(CommandRun.of("validate", "--config", file).err())
                    .contains("binlog_format is STATEMENT", "binlog_row_image is MINIMAL");
        } finally {
            server.execute("SET PERSIST binlog_format = 'ROW'; SET PERSIST binlog_row_image = 'FULL'");
        }
        assertThat(CommandRun.of("doctor", "--config", file).out())
                .contains("warn    binlog_expire_logs_seconds", "SET PERSIST binlog_expire_logs_seconds = 2592000");
        server.execute("SET PERSIST binlog_expire_logs_seconds = 2592000");
        assertThat(CommandRun.of("doctor", "--config", file).out()).doesNotContain("warn ", "FAIL    binlog");
    }

    @Test
    void a_stored_position_whose_log_is_purged_is_lost_and_one_that_is_there_is_not() throws Exception {
        String file = sound("kept");
        String executed =
                String.valueOf(server.ask("SELECT @@global.gtid_executed")).replace("\n", "");
        try (StateStore store = StateFile.open(directory.resolve("kept.state"))) {
            store.put(
                    "kept.outbox/mysql/position",
                    "version=1\nserver_uuid=" + server.ask("SELECT @@server_uuid")
                            + "\nfile=binlog.000001\nposition=4\ngtids=" + executed);
            assertThat(CommandRun.of("doctor", "--config", file).out())
                    .contains("FAIL    stored position: the place " + executed + " is stored, and no longer how");
            store.put("kept.outbox/mysql/columns/00000000", "{}");
            // Beside a relay, which has the store open.
            assertThat(CommandRun.of("doctor", "--config", file).out())
                    .contains("ok      stored position: published up to " + executed);
            server.execute("INSERT INTO kept.outbox (id, aggregatetype, aggregateid) VALUES ('1', 'a', 'b');"
                    + "FLUSH BINARY LOGS; PURGE BINARY LOGS BEFORE NOW() + INTERVAL 1 DAY");
            assertThat(CommandRun.of("validate", "--config", file).err())
                    .contains("transactions that were not read are purged from the server's log");
        }
    }

    @Test
    void fix_says_that_people_run_what_is_printed() throws Exception {
        String file = settings("fixed");
        assertThat(CommandRun.of("doctor", "--config", file, "--fix", "--admin", "root")
                        .out())
                .contains("skipped fix: on MySQL the SQL that is printed is for people to run");
    }

    /** With what init-sql makes. */
    private String sound(String name) throws SQLException, IOException {
        String file = settings(name);
        server.execute(CommandRun.of("init-sql", "--config", file).out());
        server.execute("ALTER USER " + name + " IDENTIFIED BY 'choose-one' ACCOUNT UNLOCK");
        return file;
    }

    private String settings(String name) throws IOException {
        Path file = directory.resolve(name + ".yaml");
        Files.writeString(file, """
                source: {type: debezium, url: '%s', username: %s, password: choose-one, position: {store: file, file: '%s'}}
                outbox: {table: %s.outbox}
                kafka: {bootstrap.servers: 127.0.0.1:1}
                """.formatted(server.url(""), name, directory.resolve(name + ".state"), name));
        return file.toString();
    }
}
