package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageCopyIT {

    private static EmbeddedDatabase database;
    private Connection connection;
    private PageCopy copy;

    @BeforeAll
    static void start() {
        database = EmbeddedDatabase.started();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @BeforeEach
    void connect() throws SQLException {
        connection = database.connect();
        copy = new PageCopy(connection, new BinaryRow(Collections.nCopies(3, FieldForm.AS_IS), false));
    }

    @AfterEach
    void disconnect() throws SQLException {
        connection.close();
    }

    @Test
    void an_empty_result_is_an_empty_page() throws SQLException {
        RowPage page = copy.read(rows(0, 10), 1_000);
        assertThat(page.rows()).isEmpty();
        assertThat(page.cut()).isFalse();
        assertThat(page.largestBytes()).isZero();
    }

    @Test
    void keeps_the_rows_that_fit_and_leaves_the_connection_usable() throws SQLException {
        RowPage page = copy.read(rows(100_000, 50_000), 1_000_000);
        assertThat(page.cut()).isTrue();
        assertThat(page.rows()).hasSize(19);
        assertThat(page.largestBytes()).isBetween(50_000L, 51_000L);
        assertUsable();
    }

    @Test
    void a_row_larger_than_the_bound_comes_alone() throws SQLException {
        RowPage page = copy.read(rows(3, 16 << 20), 1_000_000);
        assertThat(page.cut()).isTrue();
        assertThat(page.rows()).hasSize(1);
        assertThat(page.rows().get(0).payload()).hasSize(16 << 20);
        assertUsable();
    }

    @Test
    void a_last_row_larger_than_the_bound_comes_without_a_cut() throws SQLException {
        RowPage page = copy.read(rows(1, 16 << 20), 1_000_000);
        assertThat(page.cut()).isFalse();
        assertThat(page.rows()).hasSize(1);
    }

    @Test
    void an_error_in_the_middle_is_thrown_and_leaves_the_connection_usable() throws SQLException {
        assertThatThrownBy(() -> copy.read(
                        "SELECT n, (1 / (5 - n))::text, NULL::bytea, NULL::bytea FROM generate_series(1::bigint, 9) n",
                        1_000_000))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("division by zero");
        assertUsable();
    }

    @Test
    void a_row_without_an_id_ends_the_page_before_it_or_is_thrown_and_leaves_the_connection_usable()
            throws SQLException {
        RowPage before = copy.read(withoutThirdId(1), 1_000_000);
        assertThat(before.cut()).isTrue();
        assertThat(before.rows()).extracting(Row::number).containsExactly(1L, 2L);
        assertUsable();
        assertThatThrownBy(() -> copy.read(withoutThirdId(3), 1_000_000))
                .isInstanceOfSatisfying(
                        RelayException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.POISON));
        assertUsable();
    }

    private static String withoutThirdId(int from) {
        return "SELECT n, CASE WHEN n <> 3 THEN 'id' END, NULL::bytea, NULL::bytea FROM generate_series(" + from
                + "::bigint, 100000) n";
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void a_cancel_never_hits_a_later_statement_whether_it_comes_early_or_late(long seed) throws SQLException {
        Random random = new Random(seed);
        for (int i = 0; i < 150; i++) {
            int count = 1 + random.nextInt(random.nextBoolean() ? 10 : 3_000);
            int size = random.nextInt(random.nextBoolean() ? 50 : 3_000);
            long bytesMax = 1L + random.nextInt(100_000);
            RowPage page = copy.read(rows(count, size), bytesMax);
            assertThat(page.cut()).isEqualTo(page.rows().size() < count);
            assertThat(page.rows()).isNotEmpty();
            assertThat(page.rows().get(page.rows().size() - 1).number())
                    .isEqualTo(page.rows().size());
            assertUsable();
        }
    }

    private void assertUsable() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM generate_series(1, 1000)")) {
            row.next();
            assertThat(row.getInt(1)).isEqualTo(1_000);
        }
    }

    private static String rows(int count, int payloadBytes) {
        return "SELECT n, n::text, NULL::bytea, convert_to(repeat('x', " + payloadBytes
                + "), 'UTF8') FROM generate_series(1::bigint, " + count + ") n";
    }
}
