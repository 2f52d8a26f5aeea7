package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.sidecar.ManagementIT.Served;
import io.outboxrelay.testkit.LinkFault;
import io.outboxrelay.testkit.LinkFault.Direction;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.TcpProxy;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What an operator sees of a log that is not what it was: state, readiness with the reason and the remedy, one line in the log, and none of
 * Debezium's. One process has a pipeline for each of the faults.
 */
class LogGapsIT {
    private static final String END_STREAM =
            "SELECT pg_terminate_backend(active_pid, 5000) FROM pg_replication_slots WHERE slot_name = '@'; ";

    private static final Map<String, Scene> SCENES = new LinkedHashMap<>();
    private static TcpProxy proxy;
    private static RelayProcess relay;
    private static Served served;

    @BeforeAll
    static void start() throws Exception {
        for (String name : List.of(
                "slot-missing",
                "slot-anew",
                "slot-advanced",
                "publication-gone",
                "publication-altered",
                "publication-filtered",
                "table-gone",
                "table-renamed",
                "half-open",
                "cut",
                "sound")) {
            SCENES.put(name, Scene.withShop().fromLog());
        }
        proxy = TcpProxy.before(SharedServers.database().port());
        Scene distant = SCENES.get("half-open");
        distant.set(
                "source.url",
                SharedServers.database()
                        .url(distant.name())
                        .replaceFirst("localhost:\\d+|127.0.0.1:\\d+", "127.0.0.1:" + proxy.port()));
        relay = RelayProcess.startedWith(
                "-XX:TieredStopAtLevel=1 -Xmx640m",
                Path.of(System.getProperty("outboxrelay.distribution")),
                Scene.merged(SCENES));
        served = Served.by(relay);
        for (String name : SCENES.keySet()) {
            relay.awaitLine("[" + name + "] running: ", Scene.BOUND);
        }
    }

    @AfterAll
    static void stop() {
        relay.close();
        proxy.close();
        SCENES.values().forEach(Scene::close);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            slot-missing         | SELECT pg_drop_replication_slot('@')                         | there is no replication slot @                   | pg_create_logical_replication_slot('@'
            slot-anew            | SELECT pg_drop_replication_slot('@'); SELECT pg_create_logical_replication_slot('@', 'pgoutput') | the slot was made anew or advanced | pg_drop_replication_slot('@'
            slot-advanced        | SELECT pg_replication_slot_advance('@', pg_current_wal_lsn()) | the slot was made anew or advanced              | pg_drop_replication_slot('@'
            publication-gone     | DROP PUBLICATION @                                           | there is no publication @                        | CREATE PUBLICATION @
            publication-altered  | ALTER PUBLICATION @ SET (publish = 'update')                 | publishes no inserts                             | ALTER PUBLICATION @ SET (publish = 'insert
            publication-filtered | ALTER PUBLICATION @ SET TABLE outbox WHERE (id IS NOT NULL)  | that meet a condition                            | ALTER PUBLICATION @ DROP TABLE
            table-renamed        | ALTER TABLE outbox RENAME TO outbox_2                        | does not exist, but publication                  | outbox.table
            """)
    void what_leaves_events_out_fails_and_names_what_to_do(
            String pipeline, String breaking, String cause, String remedy) throws Exception {
        Scene scene = SCENES.get(pipeline);
        String name = scene.name();
        boolean ofSlot = pipeline.startsWith("slot");
        // The relay may be back at its slot before that is changed, or have read all there is: then once more.
        await().atMost(Scene.BOUND).ignoreExceptions().until(() -> {
            if (served.body("/metrics")
                    .contains("outbox_relay_state{pipeline=\"" + pipeline + "\",state=\"failed\"} 1")) {
                return true;
            }
            if (ofSlot) {
                insert(scene, 1);
                scene.execute(END_STREAM.replace("@", name));
            }
            for (String statement : breaking.replace("@", name).split("; ", -1)) {
                scene.execute(statement);
            }
            return false;
        });
        Shown shown = awaitState(pipeline, "failed");
        assertThat(shown.kind()).isEqualTo("position_lost");
        assertThat(shown.cause()).contains(cause.replace("@", name));
        assertThat(shown.remedy()).contains(remedy.replace("@", name));
        assertSaidOnce(
                pipeline, "failed, an operator is needed: ", cause.replace("@", name), remedy.replace("@", name));
    }

    @Test
    void a_table_that_is_gone_is_waited_for() throws Exception {
        Scene scene = SCENES.get("table-gone");
        scene.execute("DROP TABLE outbox");
        Shown shown = awaitState("table-gone", "retrying");
        assertThat(shown.kind()).isEqualTo("misconfigured");
        assertThat(shown.cause()).contains("public.outbox does not exist");
        assertSaidOnce("table-gone", "interrupted, trying again: ", "public.outbox does not exist", "->");
    }

    @Test
    void a_connection_that_died_unnoticed_is_given_up_and_made_anew() throws Exception {
        // Something to come that does not.
        proxy.inject(new LinkFault.HalfOpen(Set.of(Direction.TO_CLIENT, Direction.TO_SERVER)));
        insert(SCENES.get("half-open"), 3);
        Shown shown = awaitState("half-open", "retrying");
        assertThat(shown.kind()).isEqualTo("transient");
        awaitState("half-open", "running");
        await().atMost(Scene.BOUND)
                .until(() -> SCENES.get("half-open").published().size() >= 3);
        assertThat(saidOf("half-open"))
                .filteredOn(line -> line.contains("interrupted, trying again: "))
                .hasSize(1);
    }

    /** What Debezium has to say of it is nobody's business, as the relay says it, and goes on. */
    @Test
    void a_stream_that_is_cut_again_and_again_is_one_line() throws Exception {
        Scene scene = SCENES.get("cut");
        for (int i = 1; i <= 3; i++) {
            int published = i;
            scene.execute(END_STREAM.replace("@", scene.name()));
            insert(scene, 1);
            await().atMost(Scene.BOUND).until(() -> scene.published().size() >= published);
        }
        assertThat(saidOf("cut")).hasSizeBetween(1, 6);
    }

    private static void insert(Scene scene, int rows) throws Exception {
        scene.execute("INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                + " SELECT gen_random_uuid(), 'order', 'k', 't', '{}' FROM generate_series(1, " + rows + ")");
    }

    /** @param kind what the relay does about it */
    private record Shown(String kind, String cause, String remedy) {}

    private static Shown awaitState(String pipeline, String state) throws Exception {
        Pattern described = Pattern.compile(
                "\"name\":\"" + pipeline + "\",\"state\":\"" + state
                        + "\",[^{}]*?\"kind\":(?:null|\"(\\w+)\"),\"cause\":(?:null|\"((?:[^\"\\\\]|\\\\.)*)\"),\"remedy\":(?:null|\"((?:[^\"\\\\]|\\\\.)*)\"),\"up\":(\\w+)");
        Matcher[] found = new Matcher[1];
        try {
            await().atMost(Scene.BOUND).until(() -> {
                found[0] = described.matcher(served.body("/health/ready"));
                return found[0].find();
            });
        } catch (RuntimeException e) {
            throw relay.failure(pipeline + " is not " + state + ": " + served.body("/health/ready"));
        }
        boolean up = state.equals("running");
        assertThat(found[0].group(4)).isEqualTo(Boolean.toString(up));
        if (!up) {
            assertThat(served.status("/health/ready")).isEqualTo(503);
        }
        assertThat(served.body("/metrics"))
                .contains("outbox_relay_state{pipeline=\"" + pipeline + "\",state=\"" + state + "\"} 1");
        return new Shown(String.valueOf(found[0].group(1)), text(found[0].group(2)), text(found[0].group(3)));
    }

    private static String text(String json) {
        return String.valueOf(json).replace("\\u0027", "'");
    }

    /** Lines of the pipeline since it first ran. */
    private static List<String> saidOf(String pipeline) {
        List<String> all = relay.lines().stream()
                .filter(line -> line.contains("[" + pipeline + "] "))
                .toList();
        int running = 0;
        while (!all.get(running).contains("running: ")) {
            running++;
        }
        return all.subList(running + 1, all.size());
    }

    private static void assertSaidOnce(String pipeline, String... words) {
        assertThat(saidOf(pipeline))
                .filteredOn(line -> List.of(words).stream().allMatch(line::contains))
                .as("%s", saidOf(pipeline))
                .hasSize(1);
    }

    @AfterAll
    static void nothing_of_debezium_was_logged() {
        assertThat(relay.lines())
                .filteredOn(line -> line.startsWith("\tat ")
                        || line.contains("Exception")
                        || !line.matches("\\S+ +(INFO|WARN|ERROR) +(Relay|SlotStreamer|SlotSession|FirstStart) - .*"))
                .isEmpty();
    }
}
