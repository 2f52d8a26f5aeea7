package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.RelayProcess;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions that write statements to MySQL's log, and no rows. */
class MySqlStatementsIT {

    private static final String BY_STATEMENT = "SET SESSION binlog_format = 'STATEMENT'; ";
    private static final String ROW = " (id, aggregatetype, aggregateid, type, payload) VALUES ('";

    @ParameterizedTest
    @EnumSource(names = {"DEBEZIUM_ON_NEWEST_MYSQL", "DEBEZIUM_ON_MYSQL_8"})
    void a_statement_that_inserts_into_the_outbox_is_a_loss_that_is_told_without_what_stands_in_it(
            SourceUnderTest source) throws Exception {
        try (Scene scene = source.shop()) {
            RelayProcess relay = scene.startRunningRelay("--exit-on-failure");
            scene.execute(BY_STATEMENT + "INSERT INTO orders (id) VALUES ('a secret'); UPDATE outbox SET type = 'U';"
                    + " DELETE FROM outbox");
            scene.execute("INSERT INTO outbox" + ROW + "1', 'order', 'k', 'T', 'first')");
            await().atMost(Scene.BOUND).until(() -> scene.published().size() == 1);

            scene.execute(BY_STATEMENT + "insert ignore into `outbox`" + ROW + "2', 'order', 'k', 'T', 'a secret')");
            scene.execute("INSERT INTO outbox" + ROW + "3', 'order', 'k', 'T', 'behind it')");

            assertThat(relay.awaitExit(Scene.BOUND)).as("%s", relay.lines()).isEqualTo(ExitCodes.FAILED);
            assertThat(String.join("\n", relay.lines()))
                    .contains("failed, an operator is needed: a session with binlog_format = STATEMENT")
                    .doesNotContain("secret");
            RelayProcess again = scene.startRelay("--exit-on-failure");
            assertThat(again.awaitExit(Scene.BOUND)).as("told again").isEqualTo(ExitCodes.FAILED);
            assertThat(scene.published()).as("nothing behind it").hasSize(1);
        }
    }
}
