package io.outboxrelay.debezium;

import io.debezium.document.Document;
import io.debezium.document.DocumentReader;
import io.debezium.document.DocumentWriter;
import io.debezium.relational.history.AbstractSchemaHistory;
import io.debezium.relational.history.HistoryRecord;
import io.debezium.relational.history.SchemaHistoryException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Where Debezium records how the table's columns change: MySQL's log has rows without names, so whoever goes on reading must know the
 * columns of that time. Debezium makes it by the name of its class and hands it settings only; so the store is found by the name of the
 * attempt. Used by threads of Debezium's.
 */
public final class ColumnHistory extends AbstractSchemaHistory {

    /** Names the attempt. */
    static final String ATTEMPT = "schema.history.internal.outboxrelay.attempt";

    private static final Map<String, Kept> KEPT = new ConcurrentHashMap<>();

    /** @param from where the attempt begins to read */
    private record Kept(MySqlState state, MySqlMark from) {}

    /** Until {@link #forget}, the history of this attempt is kept in this state. */
    static void keep(String attempt, MySqlState state, MySqlMark from) {
        KEPT.put(attempt, new Kept(state, from));
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
    protected void storeRecord(HistoryRecord record) {
        // After a restart the log has changes again that were recorded before: alike but for who recorded them, and
        // when.
        record.document().setDocument(HistoryRecord.Fields.SOURCE, Document.create());
        record.document().setNumber(HistoryRecord.Fields.TIMESTAMP, 0L);
        String text = text(record);
        MySqlState state = kept().state();
        if (!state.columns().contains(text)) {
            state.changed(text);
        }
    }

    /**
     * By files and places in them, Debezium does not compare as long as it has not read anything: it takes the record to be of
     * another server, goes by the time, and would read rows with columns that they got later. So that is decided here.
     */
    @Override
    protected void recoverRecords(Consumer<HistoryRecord> records) {
        Kept kept = kept();
        boolean byFile = kept.from().gtids() == null;
        for (String text : kept.state().columns()) {
            Document document = read(text);
            MySqlMark at = MySqlMark.of(offset(document));
            if (byFile && at != null && at.isInFilesBehind(kept.from())) {
                continue;
            }
            // Debezium asks whether it is its own by the connector's name, which is another in every attempt.
            document.setDocument(HistoryRecord.Fields.SOURCE, Document.create("server", config.getString(ATTEMPT)));
            if (byFile) {
                Document here = Document.create();
                kept.from().offset().forEach(here::set);
                document.setDocument(HistoryRecord.Fields.POSITION, here);
            }
            records.accept(new HistoryRecord(document));
        }
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
