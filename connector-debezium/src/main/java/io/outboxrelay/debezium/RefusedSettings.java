package io.outboxrelay.debezium;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of Debezium's that nobody may pass through: the relay sets them, because what it promises depends on them, or gives
 * another place to say the same. All others may be set.
 */
public final class RefusedSettings {

    private static final String OWN_SETTING = "has a setting of the relay's own: ";
    private static final String CONNECTION = OWN_SETTING + "source.url, source.username and source.password";

    /** By name; a name that ends with a dot stands for all that begin so. */
    private static final Map<String, String> REASONS = new LinkedHashMap<>();

    static {
        refuse(CONNECTION, "database.", "driver.", "connector.class", "tasks.max", "name");
        refuse(OWN_SETTING + "outbox.table", "table.", "schema.include.list", "schema.exclude.list", "column.");
        refuse(OWN_SETTING + "route and outbox.columns", "transforms", "transforms.", "predicates", "predicates.");
        refuse("names Debezium's own records, which nobody sees", "topic.", "heartbeat.topics.prefix");
        refuse(
                "is how the relay knows how far publishing got when nothing comes",
                "heartbeat.interval.ms",
                "heartbeat.action.query");
        refuse(OWN_SETTING + "source.slot", "slot.name");
        refuse(OWN_SETTING + "source.publication", "publication.name");
        refuse("only pgoutput is read, which every PostgreSQL has", "plugin.name");
        refuse(
                "the owner makes the publication, and the relay's role needs no more than REPLICATION",
                "publication.autocreate.mode",
                "publish.via.partition.root",
                "replica.identity.autoset.values");
        refuse(
                "a slot that is gone took unpublished events with it, so none is made or dropped silently",
                "slot.drop.on.stop",
                "slot.max.retries",
                "slot.failover",
                "slot.stream.params");
        refuse(
                "anything but the connector's own confirming passes events that are not published yet",
                "lsn.flush.mode",
                "flush.lsn.source",
                "lsn.flush.timeout.action");
        refuse(
                "the slot alone says where reading goes on; searching the log for a stored place skips events",
                "offset.mismatch.strategy",
                "offset.",
                "offsets.");
        refuse(
                "a connector that starts again by itself skips events that share a place in the log",
                "errors.max.retries",
                "errors.retry.",
                "retriable.restart.connector.wait.ms",
                "custom.retriable.exception");
        refuse(
                "an event that cannot be read would be skipped",
                "event.processing.failure.handling.mode",
                "errors.tolerance");
        refuse("would publish again what stands in the table", "snapshot.mode", "snapshot.", "signal.", "read.only");
        refuse("only inserts are events", "skipped.operations", "tombstones.on.delete", "provide.transaction.metadata");
        refuse(
                "is which logical messages are events, and which are the relay's own marks",
                "message.prefix.include.list",
                "message.prefix.exclude.list");
        refuse(
                "decides the bytes that are published, which must be the same however the outbox is read",
                "binary.handling.mode",
                "decimal.handling.mode",
                "time.precision.mode",
                "hstore.handling.mode",
                "interval.handling.mode",
                "include.unknown.datatypes",
                "unavailable.value.placeholder",
                "datatype.propagate.source.type",
                "converters",
                "post.processors",
                "sourceinfo.struct.maker",
                "schema.name.adjustment.mode",
                "field.name.adjustment.mode");
        refuse(
                "says how the columns of MySQL's log are remembered, which the relay does in its own store",
                "schema.history.",
                "include.schema.changes",
                "inconsistent.schema.handling.mode",
                "event.deserialization.failure.handling.mode");
        refuse(
                "the stored place alone says where reading goes on in MySQL's log",
                "gtid.",
                "connect.keep.alive",
                "connect.keep.alive.interval.ms");
        refuse(
                "decides the bytes that are published, which must be the same in every session",
                "bigint.unsigned.handling.mode",
                "enable.time.adjuster");
        refuse(
                "bounds memory: the relay sets it by what it holds in all",
                "max.queue.size",
                "max.queue.size.in.bytes",
                "max.batch.size",
                "queue.");
        refuse(
                "the relay's own pace rests on it",
                "poll.interval.ms",
                "status.update.interval.ms",
                "executor.shutdown.timeout.ms");
        refuse(
                "costs on every event, for figures that the relay does not show",
                "statistics.metrics.enabled",
                "extended.headers.enabled");
    }

    private RefusedSettings() {}

    private static void refuse(String reason, String... names) {
        for (String name : names) {
            REASONS.put(name, reason);
        }
    }

    /** Why this setting of Debezium's, by its own name, may not be passed through; empty where it may. */
    public static Optional<String> reason(String name) {
        String exact = REASONS.get(name);
        if (exact != null) {
            return Optional.of(exact);
        }
        return REASONS.entrySet().stream()
                .filter(refused -> refused.getKey().endsWith(".") && name.startsWith(refused.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** All of them, each with its reason; a name that ends with a dot stands for all that begin so. */
    public static Map<String, String> all() {
        return Map.copyOf(REASONS);
    }
}
