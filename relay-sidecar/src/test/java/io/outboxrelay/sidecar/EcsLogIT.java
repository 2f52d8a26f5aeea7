package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.RelayProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** With {@code logging.format: ecs}, every line that the process writes is one JSON object, whatever is told in it. */
class EcsLogIT {

    @Test
    void a_life_from_the_first_line_to_the_last_is_told_in_json_with_state_cause_and_remedy_in_fields()
            throws Exception {
        try (Scene scene = Scene.withShop().set("logging.format", "ecs")) {
            RelayProcess relay = scene.startRelay();
            relay.awaitLine("running: ", Scene.BOUND);
            // It goes into the topic's name, and the topic's name into the cause.
            scene.execute(
                    "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
                            + " VALUES (gen_random_uuid(), E'a\"b\\\\c\\nd\\te\\u0001\u00e9', 'k', 't', '{\"secret\": \"payload-c4nary\"}')");
            relay.awaitLine("failed, an operator is needed", Scene.BOUND);
            relay.terminate();
            assertThat(relay.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.FAILED);

            List<Map<String, Object>> lines = objects(relay);
            assertThat(lines)
                    .hasSizeGreaterThan(4)
                    .allSatisfy(line -> assertThat(line)
                            .containsKeys("@timestamp", "log.level", "message", "process.thread.name", "log.logger")
                            .containsEntry("service.name", "outbox-relay")
                            .containsKey("service.version"));
            assertThat(line(lines, "running: "))
                    .containsEntry("relay.state", "running")
                    .containsEntry("relay.pipeline", "default")
                    .doesNotContainKey("relay.kind");
            Map<String, Object> failed = line(lines, "failed, an operator is needed");
            assertThat(failed)
                    .containsEntry("log.level", "ERROR")
                    .containsEntry("relay.state", "failed")
                    .containsEntry("relay.kind", "poison");
            assertThat((String) failed.get("relay.cause")).contains("cannot be published", "a\"b");
            assertThat((String) failed.get("relay.remedy")).isNotEmpty();
            assertThat(relay.hasSaid("payload-c4nary")).isFalse();
        }
    }

    @Test
    void why_it_does_not_start_is_told_in_json_too_also_where_the_file_itself_is_wrong() throws Exception {
        try (Scene scene = Scene.withShop().set("logging.format", "ecs")) {
            RelayProcess noTable = scene.startRelay("--set", "outbox.table=public.\"no \\ such\"");
            assertThat(noTable.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(line(objects(noTable), "cannot start: "))
                    .containsEntry("relay.kind", "misconfigured")
                    .containsKeys("relay.cause", "relay.remedy");

            RelayProcess wrongFile = scene.startRelay("--set", "no.such=thing", "--set", "drainTimeout=soon");
            assertThat(wrongFile.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(objects(wrongFile))
                    .hasSize(2)
                    .allSatisfy(line -> assertThat((String) line.get("message")).startsWith("cannot start: --set "));

            RelayProcess wrongFormat = scene.startRelay("--set", "logging.format=xml");
            assertThat(wrongFormat.awaitExit(Scene.BOUND)).isEqualTo(ExitCodes.MISCONFIGURED);
            assertThat(wrongFormat.hasSaid("--set logging.format: 'xml' is not possible"))
                    .isTrue();
        }
    }

    private static List<Map<String, Object>> objects(RelayProcess relay) {
        return relay.lines().stream().map(StrictJson::object).toList();
    }

    private static Map<String, Object> line(List<Map<String, Object>> lines, String message) {
        return lines.stream()
                .filter(line -> ((String) line.get("message")).startsWith(message))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line '" + message + "' in " + lines));
    }
}
