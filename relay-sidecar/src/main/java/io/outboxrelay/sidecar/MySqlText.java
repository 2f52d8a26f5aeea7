package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.MySqlOutboxScript;
import io.outboxrelay.route.Router;
import io.outboxrelay.route.TopicTemplate;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQL for an outbox in MySQL, by a file or as most have it. */
final class MySqlText {

    private MySqlText() {}

    /**
     * What to run.
     *
     * @param named the file's pipeline, or null
     * @param table in place of what was said, or null
     * @param payloadType the same
     */
    static String of(
            @Nullable PipelineSettings named,
            @Nullable String table,
            @Nullable String payloadType,
            MySqlOutboxScript.Users users) {
        TableOutbox outbox = TableOutbox.of("");
        List<String> routed = List.of(InitSqlCommand.AGGREGATE_TYPE, InitSqlCommand.TYPE);
        Set<String> required = Set.of(InitSqlCommand.AGGREGATE_TYPE);
        String name = Objects.requireNonNullElse(table, "");
        if (named != null) {
            outbox = (TableOutbox)
                    ((SourceSettings.Debezium) named.source()).debezium().outbox();
            routed = new Router(named.route()).columns().names();
            required = Set.copyOf(TopicTemplate.parse(named.route().topic()).columns());
            name = MySqlOutboxScript.table(
                    Objects.requireNonNullElse(table, outbox.table()),
                    named.source().connection());
        }
        TableOutbox placed = new TableOutbox(name, outbox.id(), outbox.key(), outbox.payload());
        String type = Objects.requireNonNullElse(payloadType, MySqlOutboxScript.PAYLOAD_TYPES.get(0));
        return new MySqlOutboxScript(placed, routed, required, type, users).text();
    }
}
