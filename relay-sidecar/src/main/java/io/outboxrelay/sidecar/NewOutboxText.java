package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.LogInspection;
import io.outboxrelay.jdbc.NewOutboxScript.Roles;
import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamedOutboxScript;
import io.outboxrelay.polling.PollingSettings;
import io.outboxrelay.route.Router;
import io.outboxrelay.route.TopicTemplate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The SQL for an outbox that is read from the log, by a file or as most have it. */
record NewOutboxText(SlotRequest request, StreamedOutboxScript.Columns columns) {

    private static final String NAME = "outbox_relay";

    /** With the names that the settings have when nothing is said. */
    static NewOutboxText usual(String payloadType) {
        PollingSettings.Columns names = PollingSettings.Columns.DEFAULT;
        return new NewOutboxText(
                new SlotRequest(NAME, NAME, TableName.parse("public.outbox"), List.of(), false),
                columns(
                        new TableOutbox("public.outbox", names.id(), names.key(), names.payload()),
                        payloadType,
                        List.of(InitSqlCommand.AGGREGATE_TYPE, InitSqlCommand.TYPE),
                        Set.of(InitSqlCommand.AGGREGATE_TYPE)));
    }

    /** As the file's pipeline has it. */
    static NewOutboxText of(PipelineSettings pipeline, SourceSettings.Debezium source, String payloadType) {
        Router router = new Router(pipeline.route());
        return new NewOutboxText(
                LogInspection.request(source.debezium(), router.columns()),
                columns(
                        source.debezium().outbox() instanceof TableOutbox table ? table : TableOutbox.of(""),
                        payloadType,
                        router.columns().names(),
                        Set.copyOf(TopicTemplate.parse(pipeline.route().topic()).columns())));
    }

    /** The same outbox, whose published rows the relay deletes or leaves alone. */
    NewOutboxText deleting(boolean relay) {
        SlotRequest chosen = new SlotRequest(
                request.slot(),
                request.publication(),
                request.table(),
                request.columns(),
                request.failover(),
                relay && request.table() != null ? columns.id() : null);
        return new NewOutboxText(chosen, columns);
    }

    /** @param table in place of what was said, or null */
    String script(@Nullable String table, Roles roles) {
        SlotRequest named = table == null ? request : request.of(TableName.parse(table));
        return new StreamedOutboxScript(named, columns, roles).text();
    }

    private static StreamedOutboxScript.Columns columns(
            TableOutbox outbox, String payloadType, List<String> routed, Set<String> required) {
        Map<String, Boolean> others = new LinkedHashMap<>();
        // What must be there first, as with polling.
        routed.stream().filter(required::contains).forEach(name -> others.put(name, true));
        routed.stream().filter(name -> !required.contains(name)).forEach(name -> others.put(name, false));
        return new StreamedOutboxScript.Columns(outbox.id(), outbox.key(), outbox.payload(), payloadType, others);
    }
}
