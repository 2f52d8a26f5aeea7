package io.outboxrelay.debezium.decode;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxColumns;
import java.util.Arrays;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of the inserts into an outbox table. Everything else that a connector sends (its own marks, updates, deletes) is no
 * event. Used by one thread only.
 */
public final class RowDecoder implements EventDecoder {

    private static final String CREATED = "c";

    private final Names names;
    private final OutboxColumns columns;
    private final Rendering rendering;
    private @Nullable Schema knownSchema;
    private @Nullable Plan plan;

    /**
     * A decoder for one table.
     *
     * @param columns what routing asks for
     * @param rendering how values become text
     */
    public RowDecoder(Names names, OutboxColumns columns, Rendering rendering) {
        this.names = names;
        this.columns = columns;
        this.rendering = rendering;
    }

    /** The names of the columns that an event is made of. */
    public record Names(String id, String key, String payload) {}

    private record Column(Field field, ValueForm form) {

        @Nullable
        String text(Struct row) {
            Object value = row.getWithoutDefault(field.name());
            return value == null ? null : form.text(value);
        }

        byte @Nullable [] bytes(Struct row) {
            Object value = row.getWithoutDefault(field.name());
            return value == null ? null : form.bytes(value);
        }
    }

    private record Plan(Column id, Column key, Column payload, Column[] columns) {}

    @Override
    @SuppressWarnings("NullAway") // the record does take null arrays
    public @Nullable DecodedEvent decode(SourceRecord record) {
        if (!(record.value() instanceof Struct change)
                || change.schema().field("after") == null
                || !CREATED.equals(change.getString("op"))) {
            return null;
        }
        Struct row = change.getStruct("after");
        Plan how = plan(row.schema());
        String id = how.id().text(row);
        if (id == null) {
            throw new RelayException(
                    FailureKind.POISON,
                    "a row has no event id, at " + record.sourceOffset(),
                    "declare the column NOT NULL; to go on behind the row, see docs/cdc.md");
        }
        @Nullable String[] routed = new String[how.columns().length];
        for (int i = 0; i < routed.length; i++) {
            routed[i] = how.columns()[i].text(row);
        }
        return new DecodedEvent(
                id, how.key().bytes(row), how.payload().bytes(row), Arrays.asList(routed), committedMicros(change));
    }

    private static long committedMicros(Struct change) {
        Long micros = change.getStruct("source").getInt64("ts_us");
        return micros == null ? DecodedEvent.COMMIT_UNKNOWN : micros;
    }

    /** A connector makes a new schema whenever the table's columns change, and hands out the same one until then. */
    private Plan plan(Schema schema) {
        Plan known = plan;
        if (known != null && schema == knownSchema) {
            return known;
        }
        Column[] routed =
                columns.names().stream().map(name -> column(schema, name)).toArray(Column[]::new);
        Plan made = new Plan(
                column(schema, names.id()), column(schema, names.key()), column(schema, names.payload()), routed);
        knownSchema = schema;
        plan = made;
        return made;
    }

    private Column column(Schema schema, String name) {
        Field field = schema.field(name);
        if (field == null) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "the outbox table has no column " + name + " in the log",
                    "correct the names under outbox.columns and route, or add the column and publish it");
        }
        return new Column(field, rendering.formOf(field));
    }
}
