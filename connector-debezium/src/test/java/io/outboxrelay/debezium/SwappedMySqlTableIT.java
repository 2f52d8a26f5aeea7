package io.outboxrelay.debezium;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.testkit.MySqlServer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Another table takes the outbox's place under its name, its columns of the same types in another order, so that a row of it read by the
 * columns of the first is an event of another key. It is read by its own columns or not at all, whatever the relay had seen of it.
 */
@ParameterizedClass
@EnumSource(names = {"NEWEST_BY_GTID", "EIGHT_BY_FILE"})
class SwappedMySqlTableIT {

    @TempDir
    static Path directory;

    private static MySqlServer server;

    @Parameter
    MySqlOutbox.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(MySqlOutbox.Kind kind) throws SQLException {
        assumeTrue(kind.programs.isThere(), kind.programs.whyNot());
        server = kind.shared();
    }

    @ParameterizedTest
    @EnumSource
    void a_row_is_read_by_its_own_columns_or_not_at_all(MySqlSwap swap) throws SQLException {
        assumeTrue(
                kind.gtid
                        || swap == MySqlSwap.BY_A_TOOL
                        || swap == MySqlSwap.IN_A_CIRCLE
                        || swap == MySqlSwap.OF_COLUMNS_ALONE,
                "what is known is the same whatever the place");
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        server.execute("DROP DATABASE IF EXISTS elsewhere; CREATE DATABASE elsewhere;"
                + " DROP TABLE IF EXISTS shop.template, shop.other, shop.t, shop.foreign_name");
        // Who settles nothing finds the place where it was at first, and all that happened since in the log.
        boolean settling = kind.gtid && swap.outcome != MySqlSwap.Outcome.LOST;
        LogConsumer reader = null;
        int rows = 0;
        for (String step : swap.steps) {
            if (step.equals("READING")) {
                reader = outbox.consumer();
                reader =
                        settling ? reader.awaitOpen() : reader.settlingNothing().awaitOpen();
            } else if (step.equals("NOBODY")) {
                leave(Objects.requireNonNull(reader), settling);
                reader = null;
                outbox.awaitUnclaimed();
            } else {
                server.execute("shop", MySqlSwap.of(outbox.table, step));
            }
            if (reader != null && swap.outcome != MySqlSwap.Outcome.LOST) {
                insert(outbox, "row" + rows++);
                if (swap.outcome == MySqlSwap.Outcome.READ) {
                    reader.awaitId("row" + (rows - 1));
                }
            }
        }
        insert(outbox, "last");
        try (LogConsumer last = Objects.requireNonNull(reader)) {
            Failure failure = last.settling().awaitIdOrFailure("last");
            assertThat(last.records)
                    .allSatisfy(it -> assertThat(it.key()).as(it.id()).isEqualTo("key".getBytes(UTF_8)));
            if (swap.outcome != MySqlSwap.Outcome.EITHER) {
                assertThat(failure == null).as("%s", failure).isEqualTo(swap.outcome == MySqlSwap.Outcome.READ);
            }
            if (failure != null) {
                assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
                assertThat(failure.summary()).contains("outbox-relay repair --begin-anew");
            }
        }
    }

    private static void leave(LogConsumer reader, boolean settling) {
        assertThat(reader.records)
                .allSatisfy(it -> assertThat(it.key()).as(it.id()).isEqualTo("key".getBytes(UTF_8)));
        if (settling) {
            reader.stopCleanly();
        } else {
            reader.close();
        }
    }

    @Test
    void what_came_before_is_published_and_stored_before_reading_ends() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        server.execute("shop", "CREATE TABLE _" + outbox.table + "_new " + MySqlSwap.THERE);
        try (LogConsumer reader = outbox.consumer().awaitOpen().settlingNothing()) {
            outbox.insert("a", 300);
            outbox.insert("b", 1);
            server.execute(
                    "shop",
                    "RENAME TABLE " + outbox.table + " TO _" + outbox.table + "_old, _" + outbox.table + "_new TO "
                            + outbox.table);
            insert(outbox, "c");
            reader.awaitRecords(301);
            assertThat(reader.settling().awaitFailure().kind()).isEqualTo(FailureKind.POSITION_LOST);
            assertThat(reader.ids()).hasSize(301).endsWith("b0");
        }
        outbox.awaitUnclaimed();
        try (LogConsumer again = outbox.consumer()) {
            assertThat(again.awaitFailure().kind()).isEqualTo(FailureKind.POSITION_LOST);
            assertThat(again.ids())
                    .as("but for the last one, of which it may not be known that it was whole")
                    .isSubsetOf("b0");
        }
    }

    /** Whoever begins stores the columns first, and then the place that they are of. */
    @Test
    void columns_that_a_killed_first_start_stored_are_not_those_of_the_next() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        outbox.consumer().awaitOpen().close();
        outbox.awaitUnclaimed();
        try (StateStore store = outbox.store()) {
            store.remove("shop." + outbox.table + "/mysql/position");
        }
        server.execute("shop", "ALTER TABLE " + outbox.table + " MODIFY type VARCHAR(50) AFTER aggregatetype");
        try (LogConsumer reader = outbox.consumer().awaitOpen()) {
            insert(outbox, "a");
            reader.awaitRecords(1);
            assertThat(reader.records.get(0).key()).isEqualTo("key".getBytes(UTF_8));
        }
    }

    /** The first one sees the copy being made, the second one does not, and sees it altered. */
    @Test
    void what_an_earlier_reader_knew_is_not_relied_on_behind_the_place_at_which_the_next_began() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        String copy = "_" + outbox.table + "_new";
        server.execute("shop", "DROP TABLE IF EXISTS foreign_name");
        try (LogConsumer first = outbox.consumer().awaitOpen()) {
            server.execute("shop", "CREATE TABLE foreign_name LIKE " + outbox.table);
            insert(outbox, "a");
            first.awaitId("a").awaitDurable().settlingNothing();
            server.execute("shop", "RENAME TABLE foreign_name TO " + copy);
            insert(outbox, "b");
            first.awaitId("b");
        }
        outbox.awaitUnclaimed();
        try (LogConsumer second = outbox.consumer().awaitOpen()) {
            server.execute("shop", "ALTER TABLE " + copy + " MODIFY type VARCHAR(50) AFTER aggregatetype");
            insert(outbox, "c");
            second.awaitId("c").stopCleanly();
        }
        outbox.awaitUnclaimed();
        try (LogConsumer third = outbox.consumer().awaitOpen()) {
            server.execute(
                    "shop",
                    "RENAME TABLE " + outbox.table + " TO _" + outbox.table + "_old, " + copy + " TO " + outbox.table);
            insert(outbox, "d");
            Failure failure = third.awaitIdOrFailure("d");
            assertThat(failure).as("%s", third.records).isNotNull();
            assertThat(failure.kind()).isEqualTo(FailureKind.POSITION_LOST);
        }
    }

    /** By GTIDs, the place in front of a statement and the one behind it look alike. */
    @Test
    void a_statement_at_the_stored_place_is_not_taken_to_be_in_front_of_it_too() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        String copy = "_" + outbox.table + "_new";
        try (LogConsumer reader = outbox.consumer().awaitOpen()) {
            server.execute("shop", "DROP TABLE IF EXISTS t; CREATE TABLE " + copy + " " + MySqlSwap.THERE);
            insert(outbox, "a");
            reader.awaitId("a").awaitDurable().settlingNothing();
            int before = outbox.stored().size();
            server.execute(
                    "shop",
                    MySqlSwap.of(outbox.table, "RENAME TABLE OUTBOX TO t, _OUTBOX_new TO OUTBOX, t TO _OUTBOX_new"));
            await().until(() -> outbox.stored().size() > before);
        }
        outbox.awaitUnclaimed();
        try (LogConsumer reader = outbox.consumer()) {
            insert(outbox, "b");
            reader.awaitId("b");
            assertThat(reader.records)
                    .allSatisfy(it -> assertThat(it.key()).as(it.id()).isEqualTo("key".getBytes(UTF_8)));
        }
    }

    @Test
    void a_view_in_the_tables_place_is_noticed() throws SQLException {
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        try (LogConsumer reader = outbox.consumer().awaitOpen()) {
            server.execute(
                    "shop",
                    "RENAME TABLE " + outbox.table + " TO moved_" + outbox.table + "; CREATE VIEW " + outbox.table
                            + " AS SELECT * FROM moved_" + outbox.table);
            Failure failure = reader.awaitFailure();
            assertThat(failure.kind()).isEqualTo(FailureKind.MISCONFIGURED);
            assertThat(failure.summary()).contains("a view is none");
        }
    }

    @Test
    void statements_about_other_tables_pass_and_nothing_is_stored_of_them() throws SQLException {
        assumeTrue(kind.gtid, "statements are the same whatever the place");
        MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
        server.execute(
                "shop", "DROP TABLE IF EXISTS unseen; CREATE TABLE unseen (a INT PRIMARY KEY, b INT, c VARCHAR(9))");
        try (LogConsumer reader = outbox.consumer().awaitOpen()) {
            int before = outbox.stored().size();
            for (String statement : List.of(
                    "CREATE TABLE seen LIKE unseen",
                    "CREATE UNIQUE INDEX i ON unseen (b)",
                    "CREATE INDEX i ON seen (b)",
                    "ALTER TABLE unseen ADD COLUMN d INT FIRST, RENAME INDEX i TO j",
                    "DROP INDEX j ON unseen",
                    "TRUNCATE TABLE unseen",
                    "ALTER TABLE unseen PARTITION BY HASH (a) PARTITIONS 2",
                    "RENAME TABLE unseen TO elsewhere_unseen, seen TO unseen",
                    "CREATE VIEW v AS SELECT a FROM unseen",
                    "CREATE TRIGGER t BEFORE INSERT ON unseen FOR EACH ROW SET NEW.b = 1",
                    "CREATE PROCEDURE p() BEGIN SELECT 1; END",
                    "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM unseen",
                    "DROP EVENT e",
                    "DROP PROCEDURE p",
                    "DROP VIEW v",
                    "CREATE USER passing; GRANT SELECT ON shop.* TO passing; DROP USER passing",
                    "ALTER DATABASE shop CHARACTER SET utf8mb4",
                    "ANALYZE TABLE unseen",
                    "DROP TABLE IF EXISTS unseen, elsewhere_unseen, never_there")) {
                server.execute("shop", statement);
            }
            outbox.insert("a", 1);
            reader.awaitRecords(1).stopCleanly();
            assertThat(outbox.stored()).hasSize(before);
        }
    }

    private static void insert(MySqlOutbox outbox, String id) throws SQLException {
        server.execute("INSERT INTO shop." + outbox.table + " (id, aggregateid, type, payload) VALUES ('" + id
                + "', 'key', 'type', 'payload')");
    }
}
