package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.RelayProcess;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/** What a user sees of rows that are kept: the relay stops where its position is lost, and goes on once that is decided. */
class KeptRowsIT {

    private static final String GO_ON = "go on from it: ";

    @Test
    void a_lost_position_stops_the_relay_until_one_of_the_statements_that_it_prints_was_run() throws Exception {
        try (Scene scene = Scene.withShop()) {
            scene.retaining("keep");
            insert(scene, "old");
            RelayProcess first = scene.startRunningRelay();
            scene.awaitEmpty("unpublished", first);
            first.terminate();
            assertThat(first.awaitExit(Scene.BOUND)).as("%s", first.lines()).isZero();

            scene.execute("UPDATE outbox_relay_state SET system_identifier = 1");
            insert(scene, "new");
            RelayProcess ending = scene.startRelay("--exit-on-failure");
            assertThat(ending.awaitExit(Scene.BOUND)).as("%s", ending.lines()).isEqualTo(ExitCodes.FAILED);
            assertThat(ending.hasSaid("running: ")).isFalse();

            RelayProcess staying = scene.startRelay();
            String said = staying.awaitLine("failed, an operator is needed: ", Scene.BOUND);
            assertThat(said).contains("the system identifier was 1 and is ", "DELETE FROM public.outbox_relay_state");
            assertThat(staying.isAlive()).isTrue();
            staying.terminate();
            assertThat(staying.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.FAILED);
            assertThat(scene.published()).hasSize(1);

            int statement = said.indexOf(GO_ON) + GO_ON.length();
            scene.execute(said.substring(statement, said.indexOf("; else", statement)));
            RelayProcess adopted = scene.startRunningRelay();
            scene.awaitEmpty("unpublished", adopted);
            adopted.terminate();
            assertThat(adopted.awaitExit(Scene.BOUND)).isZero();
            assertThat(scene.published()).hasSize(2);
            assertThat(scene.count("outbox")).isEqualTo(2);
        }
    }

    private static void insert(Scene scene, String key) throws SQLException {
        scene.execute(
                "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES (gen_random_uuid(), 'order', '"
                        + key + "', 'placed', '{}')");
    }
}
