package io.outboxrelay.debezium;

import io.debezium.config.Configuration;
import io.debezium.document.Document;
import io.debezium.document.DocumentReader;
import io.debezium.document.DocumentWriter;
import io.debezium.relational.Tables;
import io.debezium.relational.ddl.DdlParser;
import io.debezium.relational.history.AbstractSchemaHistory;
import io.debezium.relational.history.HistoryRecord;
import io.debezium.relational.history.HistoryRecordComparator;
import io.debezium.relational.history.SchemaHistoryException;
import io.debezium.relational.history.SchemaHistoryListener;
import io.debezium.relational.history.TableChanges;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Where Debezium records how tables' columns change: MySQL's log has rows without names, so whoever goes on reading must know the
 * columns of that time. What of it matters is for {@link KnownTables} to say. Debezium makes it by the name of its class and hands it settings only; so the store is found by the name of the
 * attempt. Used by threads of Debezium's.
 */
public final class ColumnHistory extends AbstractSchemaHistory {

    /** Names the attempt. */
    static final String ATTEMPT = "schema.history.internal.outboxrelay.attempt";

    /** Has the place of whatever Debezium recorded, and of nothing else. */
    private static final String SERVER = "server_id";

    private static final Map<String, Kept> KEPT = new ConcurrentHashMap<>();

    private HistoryRecordComparator order = HistoryRecordComparator.INSTANCE;

    /**
     * What an attempt rests on.
     *
     * @param from where it begins to read
     * @param tables is told what Debezium knows
     */
    record Kept(MySqlState state, MySqlMark from, KnownTables tables) {}

    /** Until {@link #forget}, the history of this attempt is kept there. */
    static void keep(String attempt, Kept kept) {
        KEPT.put(attempt, kept);
    }

    static void forget(String attempt) {
        KEPT.remove(attempt);
    }

    /** How columns were made, as a history has it. */
    public static String made(MySqlMark at, String database, String statement) {
        return text(new HistoryRecord(Map.of(), at.offset(), database, null, statement, null, Instant.EPOCH));
    }

    private static String text(HistoryRecord record) {
        try {
            return DocumentWriter.defaultWriter().write(record.document());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void configure(
            Configuration config,
            HistoryRecordComparator comparator,
            SchemaHistoryListener listener,
            boolean useCatalogBeforeSchema) {
        super.configure(config, comparator, listener, useCatalogBeforeSchema);
        order = comparator;
    }

    /** Called for every statement of the server that is no row, once it has been understood as a whole. */
    @Override
    protected void storeRecord(HistoryRecord record) {
        Kept kept = kept();
        TableChanges changes = kept.tables().changes();
        // What came of it, and not the statement, which would be taken to mean more where more is known.
        if (changes.iterator().hasNext()) {
            Map<String, Object> position = offset(record.document());
            kept.state().changed(text(new HistoryRecord(Map.of(), position, null, null, null, changes, Instant.EPOCH)));
        }
    }

    @Override
    public void recover(Map<Map<String, ?>, Map<String, ?>> offsets, Tables schema, DdlParser parser)
            throws InterruptedException {
        super.recover(offsets, schema, parser);
        kept().tables().beginWith(schema);
    }

    /**
     * What was recorded up to the place at which reading begins. What was recorded behind it is forgotten: the log has it again, and it
     * is recorded again, by what is known then.
     */
    @Override
    protected void recoverRecords(Consumer<HistoryRecord> records) {
        Kept kept = kept();
        Document here = Document.create();
        kept.from().offset().forEach(here::set);
        List<String> behind = new ArrayList<>();
        kept.state().columns().forEach((key, text) -> {
            Document document = read(text);
            if (isBehind(document, kept.from())) {
                behind.add(key);
                return;
            }
            // Debezium asks whether it is its own by the connector's name, which is another in every attempt, and where
            // it stands, which is decided.
            document.setDocument(HistoryRecord.Fields.SOURCE, Document.create("server", config.getString(ATTEMPT)));
            document.setDocument(HistoryRecord.Fields.POSITION, here);
            records.accept(new HistoryRecord(document));
        });
        kept.state().forget(behind);
    }

    /**
     * By files and places in them, Debezium does not compare as long as it has not read anything: it takes the record to be of
     * another server, goes by the time, and would read rows with columns that they got later. By transactions, it records a statement
     * with those in front of it, so that in front of it and behind it look alike; the log has it again.
     */
    private boolean isBehind(Document document, MySqlMark from) {
        Map<String, Object> offset = offset(document);
        MySqlMark at = MySqlMark.of(offset);
        if (at == null) {
            return false;
        }
        if (from.gtids() == null) {
            return at.isInFilesBehind(from);
        }
        return at.gtids() != null && offset.get(SERVER) != null && !(isAtOrBefore(at, from) && !isAtOrBefore(from, at));
    }

    private boolean isAtOrBefore(MySqlMark one, MySqlMark other) {
        return order.isAtOrBefore(placed(one), placed(other));
    }

    private static HistoryRecord placed(MySqlMark at) {
        return new HistoryRecord(Map.of(), at.offset(), null, null, null, null, Instant.EPOCH);
    }

    private static Document read(String text) {
        try {
            return DocumentReader.defaultReader().read(text);
        } catch (IOException e) {
            throw new SchemaHistoryException(e);
        }
    }

    private static Map<String, Object> offset(Document record) {
        Document position = record.getDocument(HistoryRecord.Fields.POSITION);
        Map<String, Object> offset = new HashMap<>();
        position.forEach(
                field -> offset.put(field.getName().toString(), field.getValue().asObject()));
        return offset;
    }

    @Override
    public boolean exists() {
        return !kept().state().columns().isEmpty();
    }

    @Override
    public boolean storageExists() {
        return true;
    }

    private Kept kept() {
        Kept kept = KEPT.get(String.valueOf(config.getString(ATTEMPT)));
        if (kept == null) {
            throw new SchemaHistoryException("the attempt is over");
        }
        return kept;
    }
}
