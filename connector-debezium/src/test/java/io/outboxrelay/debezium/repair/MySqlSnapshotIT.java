package io.outboxrelay.debezium.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.debezium.MySqlMark;
import io.outboxrelay.debezium.MySqlOutbox;
import io.outboxrelay.debezium.MySqlSession;
import io.outboxrelay.debezium.MySqlTable;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.testkit.MySqlServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Between a snapshot and its place in the log nobody writes to the table, and nobody who writes to it is held up for long. */
@ParameterizedClass
@EnumSource(names = {"NEWEST_BY_GTID", "EIGHT_BY_FILE"})
class MySqlSnapshotIT {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final LockPatience SHORT = new LockPatience(1, 1, 1);
    private static MySqlServer server;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private MySqlTable table;
    private ConnectionSettings reader;

    @Parameter
    MySqlOutbox.Kind kind;

    @BeforeParameterizedClassInvocation
    static void start(MySqlOutbox.Kind kind) throws SQLException {
        assumeTrue(kind.programs.isThere(), kind.programs.whyNot());
        server = kind.shared();
    }

    @BeforeEach
    void create() throws SQLException {
        table = new MySqlTable("shop", "still_" + COUNT.incrementAndGet());
        reader = ConnectionSettings.of(server.url("shop"), MySqlServer.SUPERUSER, null);
        server.execute("CREATE TABLE " + table.quoted() + " (id VARCHAR(20) PRIMARY KEY, n INT) ENGINE = InnoDB");
    }

    @AfterEach
    void endThreads() {
        threads.shutdownNow();
    }

    private MySqlMark end() {
        try (MySqlSession session = new MySqlSession(reader, "end")) {
            session.connect();
            return session.end(session.variables());
        }
    }

    private Future<?> insert(String id) {
        return threads.submit(() -> {
            server.execute("INSERT INTO " + table.quoted() + " (id) VALUES ('" + id + "')");
            return null;
        });
    }

    private static String rows(MySqlSnapshot snapshot) throws SQLException {
        return String.valueOf(MySqlSetup.row(
                snapshot.connection(), "SELECT COALESCE(GROUP_CONCAT(id ORDER BY id), '') FROM " + onlyTable()));
    }

    private static String onlyTable() {
        return "`shop`.`still_" + COUNT.get() + "`";
    }

    private boolean waitsForTheTable() throws SQLException {
        return !"0"
                .equals(server.ask("SELECT count(*) FROM information_schema.processlist"
                        + " WHERE state = 'Waiting for table metadata lock' AND info LIKE 'INSERT INTO "
                        + table.quoted() + "%'"));
    }

    /** A reader who has the table open keeps a WRITE lock away, a writer who has it open, a READ lock: one of them comes in each. */
    @ParameterizedTest
    @ValueSource(strings = {"READ", "WRITE"})
    void nobody_commits_between_the_snapshot_and_its_place(String how) throws Exception {
        server.execute("INSERT INTO " + table.quoted() + " (id) VALUES ('before')");
        Future<?>[] between = new Future<?>[1];
        MySqlMark[] place = new MySqlMark[1];
        MySqlSnapshot.End end = () -> {
            between[0] = insert("between");
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> between[0].isDone() || waitsForTheTable());
            place[0] = end();
            return place[0];
        };
        try (Connection writer = server.connect("shop")) {
            writer.setAutoCommit(false);
            Future<?> ended = null;
            if (how.equals("WRITE")) {
                MySqlSetup.execute(writer, "INSERT INTO " + table.quoted() + " (id) VALUES ('late')");
                ended = threads.submit(() -> {
                    await().atMost(Duration.ofSeconds(20))
                            .pollInterval(Duration.ofMillis(5))
                            .until(
                                    () -> !"0"
                                            .equals(
                                                    server.ask(
                                                            "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'LOCK TABLES%WRITE'")));
                    writer.commit();
                    return null;
                });
            }
            MySqlSnapshot taken = MySqlSnapshot.take(reader, table, end, new LockPatience(1, 5, 1));
            try (Connection closing = taken.connection()) {
                assertThat(rows(taken)).isEqualTo(ended == null ? "[before]" : "[before,late]");
                assertThat(taken.place()).isEqualTo(place[0]);
            }
            between[0].get();
            if (ended != null) {
                ended.get();
            }
            // It is behind the place.
            assertThat(end()).isNotEqualTo(place[0]);
        }
    }

    @Test
    void somebody_who_does_not_end_is_named_as_the_reason_and_writers_go_on() throws Exception {
        try (Connection writer = server.connect("shop")) {
            writer.setAutoCommit(false);
            MySqlSetup.execute(writer, "INSERT INTO " + table.quoted() + " (id) VALUES ('open')");
            assertThatExceptionOfType(RelayException.class)
                    .isThrownBy(() -> MySqlSnapshot.take(reader, table, this::end, SHORT))
                    .satisfies(e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT))
                    .withMessageContaining("has not ended the transaction for 2 s");
            insert("after").get();
        }
    }

    @Test
    void writers_do_not_wait_for_a_repair_that_hangs_while_it_holds_the_table_and_it_takes_nothing() throws Exception {
        Future<?>[] waiting = new Future<?>[1];
        MySqlSnapshot.End hanging = () -> {
            waiting[0] = insert("waiting");
            await("the server ends it").atMost(Duration.ofSeconds(30)).until(() -> waiting[0].isDone());
            return end();
        };

        assertThatExceptionOfType(RelayException.class)
                .isThrownBy(() -> MySqlSnapshot.take(reader, table, hanging, SHORT))
                .satisfies(e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.TRANSIENT));
        waiting[0].get();
    }

    /** Of a copy that others fill meanwhile, a snapshot from before sees what it had by then. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "RENAME TABLE @ TO `shop`.other_@, copy TO @",
                "ALTER TABLE @ ADD COLUMN another INT",
                "TRUNCATE TABLE @",
                "DROP TABLE @"
            })
    void a_table_that_changes_before_the_snapshot_holds_it_is_noticed_or_read_as_it_was(String change)
            throws Exception {
        server.execute(
                "shop", "DROP TABLE IF EXISTS copy; CREATE TABLE copy (id VARCHAR(20) PRIMARY KEY) ENGINE = InnoDB");
        String sql = change.replace("other_@", "other_" + table.name()).replace("@", table.quoted());
        Future<?>[] changing = new Future<?>[1];
        MySqlSnapshot.End end = () -> {
            changing[0] = threads.submit(() -> {
                server.execute("shop", sql);
                return null;
            });
            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> !"0"
                            .equals(server.ask("SELECT count(*) FROM information_schema.processlist"
                                    + " WHERE state = 'Waiting for table metadata lock'")));
            return end();
        };

        server.execute("INSERT INTO " + table.quoted() + " (id) VALUES ('stood')");
        try {
            MySqlSnapshot taken = MySqlSnapshot.take(reader, table, end, SHORT);
            try (Connection closing = taken.connection()) {
                // It held the definition before the change got its turn.
                assertThat(rows(taken)).isEqualTo("[stood]");
            }
        } catch (RelayException e) {
            assertThat(e).hasMessageMatching("(?s).*(was changed|is gone|definition has changed|doesn't exist).*");
        }
        changing[0].get();
    }

    @Test
    void the_definition_is_held_as_long_as_the_snapshot_is_read() throws Exception {
        MySqlSnapshot taken = MySqlSnapshot.take(reader, table, this::end, SHORT);
        try (Connection closing = taken.connection()) {
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> server.execute("SET lock_wait_timeout = 1; TRUNCATE TABLE " + table.quoted()))
                    .satisfies(e -> assertThat(e.getErrorCode()).isEqualTo(1205));
        }
    }
}
