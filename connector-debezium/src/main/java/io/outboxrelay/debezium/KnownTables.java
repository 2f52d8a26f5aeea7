package io.outboxrelay.debezium;

import static io.outboxrelay.failure.FailureKind.POSITION_LOST;

import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.Tables;
import io.debezium.relational.history.TableChanges;
import io.outboxrelay.failure.RelayException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Which tables Debezium knows the columns of, at the place of MySQL's log up to which it has read. While it reads it knows each that was made
 * behind the place at which it began; over its end are remembered the outbox and those of its database that have its name in theirs, as
 * the copies have that tools make to put them in its place. One that gets another name is forgotten, and so is all that becomes of
 * it there: whatever takes the outbox's place unknown ends reading, and is never read with the columns of the table before it, which
 * Debezium would do. Used by Debezium's threads, one at a time.
 */
final class KnownTables {

    static final String REMEDY =
            "the table was replaced by one whose making the relay did not see, or altered in a way that Debezium does not follow: outbox-relay repair --begin-anew publishes what stands in"
                    + " it, and begins anew behind that";

    private final TableId outbox;
    private final String mark;
    private final Map<TableId, Table> recorded = new HashMap<>();
    private Tables tables = new Tables();
    private @Nullable Schema checkedSchema;
    private @Nullable Table checkedTable;

    KnownTables(MySqlTable outbox) {
        this.outbox = new TableId(outbox.database(), null, outbox.name());
        this.mark = Arrays.stream(outbox.name().toLowerCase(Locale.ROOT).split("[^a-z0-9_$]+"))
                .max(Comparator.comparingInt(String::length))
                .orElse("");
    }

    /** Those that Debezium begins with, as they were recorded; what an earlier version recorded beside them is not relied on. */
    void beginWith(Tables recovered) {
        tables = recovered;
        for (TableId id : recovered.tableIds()) {
            if (isRemembered(id)) {
                recorded.put(id, recovered.forTable(id));
            } else {
                recovered.removeTable(id);
            }
        }
        recovered.drainChanges();
    }

    private boolean isRemembered(TableId id) {
        return outbox.catalog().equalsIgnoreCase(id.catalog())
                && id.table().toLowerCase(Locale.ROOT).contains(mark);
    }

    /** What is to be recorded of what Debezium has learnt since it was last asked. */
    TableChanges changes() {
        Set<TableId> touched = new LinkedHashSet<>(recorded.keySet());
        tables.drainChanges().stream().filter(this::isRemembered).forEach(touched::add);
        TableChanges changes = new TableChanges();
        for (TableId id : touched) {
            Table now = tables.forTable(id);
            if (Objects.equals(now, recorded.get(id))) {
                continue;
            }
            if (now == null) {
                recorded.remove(id);
                changes.drop(id);
            } else {
                recorded.put(id, now);
                changes.create(now);
            }
        }
        return changes;
    }

    /**
     * To be asked of each record before it is handed on: Debezium goes on reading a table that is gone by the columns that it had.
     *
     * @throws RelayException POSITION_LOST when a row was not read by the columns that the table has at its place
     */
    void check(SourceRecord record) {
        Schema schema = record.valueSchema();
        Table table = tables.forTable(outbox);
        if (schema == null || (schema == checkedSchema && table == checkedTable)) {
            return;
        }
        Field after = schema.field("after");
        if (after == null) {
            return;
        }
        List<String> read = after.schema().fields().stream().map(Field::name).toList();
        if (table == null || !read.equals(table.retrieveColumnNames())) {
            throw new RelayException(
                    POSITION_LOST,
                    "the columns of " + outbox.catalog() + '.' + outbox.table() + " are not known from here on",
                    REMEDY);
        }
        checkedSchema = schema;
        checkedTable = table;
    }
}
