package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An outbox that was polled is read from the log from now on, while the application goes on, by the packaged relay. */
class MovedOutboxIT {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"delete", "keep"})
    void from_polling_to_the_log_loses_nothing_and_repeats_nothing(String retention) throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        Workload workload = Workload.everything(seed).withEventsPerSecond(500).withUnrelatedOpen(Duration.ofSeconds(1));
        try (Scene scene = Scene.withShop().retaining(retention);
                OrderService shop = scene.startShop(workload)) {
            RelayProcess polling = scene.startRunningRelay();
            assertThat(polling.endsWithin(Duration.ofSeconds(1))).isFalse();
            scene.unset("outbox.retention");
            readFromLog(scene);
            String file = scene.settingsFile(directory).toString();
            CommandRun tooEarly = repair(file, "--yes");
            assertThat(tooEarly.status()).isEqualTo(ExitCodes.FAILED);
            assertThat(tooEarly.err()).contains("a polling relay, or another repair, reads public.outbox");
            polling.terminate();
            assertThat(polling.awaitExit(Scene.BOUND)).isZero();

            CommandRun plan = repair(file);
            assertThat(plan.status()).isEqualTo(ExitCodes.FAILED);
            assertThat(plan.out())
                    .contains("plan    CREATE PUBLICATION " + scene.name())
                    .contains("plan    CREATE_REPLICATION_SLOT")
                    .contains("nothing was changed; --yes does it");
            if (retention.equals("keep")) {
                assertThat(plan.out())
                        .containsPattern(
                                "found   polling: public.outbox_relay_state says that numbers up to \\d+ are published")
                        .containsPattern("note    what polling published, now \\d+ rows, is not published again");
            }
            CommandRun moved = repair(file, "--yes");
            assertThat(moved.status()).as("%s%s", moved.out(), moved.err()).isZero();
            assertThat(moved.out()).contains("done    removed the note");

            RelayProcess relay = scene.startRunningRelay();
            CommittedHistory history = shop.stop();
            scene.awaitPublished(history, relay);
            assertThat(repair(file).err()).contains("another relay reads from slot");
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).isZero();
            assertThat(repair(file).out()).contains("nothing to repair");
            Scene.assertSound(scene.verdict(history), 0, seed);
        }
    }

    @Test
    void from_the_log_to_polling_loses_nothing_and_repeats_nothing_where_published_rows_are_deleted() throws Exception {
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        Workload workload = Workload.everything(seed).withEventsPerSecond(500).withUnrelatedOpen(Duration.ofSeconds(1));
        try (Scene scene = Scene.withShop()) {
            scene.fromLog()
                    .set("outbox.retention", "relay")
                    .execute("GRANT SELECT (id), DELETE ON outbox TO " + SharedServers.LOG_ROLE);
            try (OrderService shop = scene.startShop(workload)) {
                RelayProcess log = scene.startRunningRelay();
                assertThat(log.endsWithin(Duration.ofSeconds(1))).isFalse();
                log.terminate();
                assertThat(log.awaitExit(Scene.BOUND)).as("%s", log.lines()).isZero();

                RelayProcess refused = startPolling(scene);
                assertThat(refused.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.MISCONFIGURED);
                assertThat(refused.lines().toString())
                        .contains("public.outbox was read from the log, through slot " + scene.name())
                        .contains("SELECT pg_drop_replication_slot('" + scene.name() + "')");
                scene.execute("SELECT pg_drop_replication_slot('" + scene.name() + "')");
                RelayProcess polling = startPolling(scene);
                polling.awaitLine("running: ", Scene.BOUND);
                CommittedHistory history = shop.stop();
                scene.awaitEmpty("outbox", polling);
                polling.terminate();
                assertThat(polling.awaitExit(Scene.BOUND)).isZero();
                Scene.assertSound(scene.verdict(history), 0, seed);
            }
        }
    }

    /** The file says polling, and leaves out what belongs to the log. */
    private static RelayProcess startPolling(Scene scene) {
        Map<String, String> log = scene.settings();
        scene.unset("source.slot", "source.publication");
        RelayProcess polling = scene.set("source.type", "polling")
                .set("source.username", SharedServers.ROLE)
                .set("outbox.retention", "delete")
                .startRelay();
        log.forEach(scene::set);
        return polling;
    }

    @Test
    void a_table_that_is_read_from_the_log_is_not_polled_and_one_that_is_polled_not_read_from_the_log()
            throws Exception {
        try (Scene scene = Scene.withShop()) {
            scene.fromLog();
            RelayProcess log = scene.startRunningRelay();
            RelayProcess polling = startPolling(scene);
            assertThat(polling.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(polling.lines().toString()).contains("a relay reads public.outbox from the log now");
            log.terminate();
            assertThat(log.awaitExit(Scene.BOUND)).isZero();

            scene.execute("SELECT pg_drop_replication_slot('" + scene.name() + "')");
            RelayProcess alone = startPolling(scene);
            alone.awaitLine("running: ", Scene.BOUND);
            scene.execute("SELECT pg_create_logical_replication_slot('" + scene.name() + "', 'pgoutput')");
            scene.unset("outbox.retention");
            RelayProcess beside =
                    scene.set("source.position.topic", scene.topic("anew")).startRelay();
            beside.awaitLine("a polling relay, or a repair, reads public.outbox", Scene.BOUND);
            beside.terminate();
            // Who polls goes on polling, also in a new session, though there is a slot now.
            scene.execute("SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                    + " WHERE l.locktype = 'advisory' AND d.datname = current_database()");
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES"
                    + " (gen_random_uuid(), 'order', 'k', 'T', '{}')");
            scene.awaitEmpty("outbox", alone);
            assertThat(alone.isAlive()).isTrue();
        }
    }

    @Test
    void rows_that_nobody_would_publish_keep_the_relay_from_starting_where_the_repair_was_forgotten() throws Exception {
        try (Scene scene = Scene.withShop()) {
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES"
                    + " (gen_random_uuid(), 'order', 'k', 'T', '{}')");
            scene.fromLog().execute("GRANT SELECT ON outbox TO " + SharedServers.LOG_ROLE);
            RelayProcess relay = scene.startRelay();
            assertThat(relay.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(relay.lines().toString()).contains("rows stand in public.outbox from before where slot");

            String file = scene.settingsFile(directory).toString();
            assertThat(CommandRun.of("validate", "--config", file).err())
                    .contains("rows stand in public.outbox from before");
            assertThat(repair(file, "--yes", "--drop-slot").out()).contains("done    published 1 rows");
            scene.startRunningRelay();
        }
    }

    @Test
    void a_row_that_can_never_be_published_ends_the_repair_and_is_named() throws Exception {
        try (Scene scene = Scene.withShop()) {
            scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload) VALUES"
                    + " ('00000000-0000-0000-0000-000000000001', 'order', 'k', 'T', '{}'),"
                    + " ('00000000-0000-0000-0000-00000000dead', 'no/topic', 'k', 'T', '{}')");
            readFromLog(scene);
            String file = scene.settingsFile(directory).toString();

            CommandRun halted = repair(file, "--yes");

            assertThat(halted.status()).isEqualTo(ExitCodes.FAILED);
            assertThat(halted.err()).contains("00000000dead");
            RelayProcess kept = scene.startRelay("--exit-on-failure");
            assertThat(kept.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.FAILED);
            assertThat(kept.lines().toString()).contains("a repair was begun");
            scene.execute("DELETE FROM outbox WHERE aggregatetype = 'no/topic'");
            await().atMost(Scene.BOUND)
                    .until(() -> scene.count("(SELECT FROM pg_locks WHERE locktype = 'advisory') held") == 0);
            assertThat(repair(file, "--yes").status()).isZero();
            scene.startRunningRelay();
        }
    }

    private static void readFromLog(Scene scene) {
        scene.set("source.type", "debezium")
                .set("source.username", SharedServers.LOG_ROLE)
                .set("source.slot", scene.name())
                .set("source.publication", scene.name());
    }

    private static CommandRun repair(String file, String... more) {
        String[] arguments = new String[5 + more.length];
        String[] first = {"repair", "--config", file, "--admin", EmbeddedDatabase.SUPERUSER};
        System.arraycopy(first, 0, arguments, 0, first.length);
        System.arraycopy(more, 0, arguments, first.length, more.length);
        return CommandRun.of(arguments);
    }
}
