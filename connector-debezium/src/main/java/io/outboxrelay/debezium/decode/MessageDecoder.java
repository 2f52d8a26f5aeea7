package io.outboxrelay.debezium.decode;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxColumns;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of PostgreSQL's logical messages of one prefix. Those that belong to no transaction are never events: they come out
 * of transactions that were rolled back as well. Used by one thread only.
 */
public final class MessageDecoder implements EventDecoder {

    private final String prefix;
    private final OutboxColumns columns;

    /**
     * A decoder for one prefix.
     *
     * @param columns what routing asks for: {@code id}, {@code aggregatetype}, {@code aggregateid}, {@code type}, and names of headers
     */
    public MessageDecoder(String prefix, OutboxColumns columns) {
        this.prefix = prefix;
        this.columns = columns;
    }

    @Override
    @SuppressWarnings("NullAway") // the record does take null arrays
    public @Nullable DecodedEvent decode(SourceRecord record) {
        if (!(record.value() instanceof Struct change) || change.schema().field("message") == null) {
            return null;
        }
        Struct said = change.getStruct("message");
        Struct source = change.getStruct("source");
        if (!prefix.equals(said.getString("prefix")) || source.getInt64("txId") == null) {
            return null;
        }
        JsonEvent event;
        try {
            event = JsonEvent.parse((ByteBuffer) said.get("content"));
        } catch (JsonEvent.Malformed e) {
            throw new RelayException(
                    FailureKind.POISON,
                    "the logical message '" + prefix + "' at " + lsn(source) + " is no event: " + e.getMessage(),
                    "have the application write what docs/outbox-message.schema.json says, and this event again; to pass over the"
                            + " message, see docs/cdc.md");
        }
        List<@Nullable String> routed = new ArrayList<>(columns.names().size());
        for (String name : columns.names()) {
            routed.add(event.text(name));
        }
        Long micros = source.getInt64("ts_us");
        return new DecodedEvent(
                event.id(),
                event.key(),
                event.payload(),
                routed,
                micros == null ? DecodedEvent.COMMIT_UNKNOWN : micros);
    }

    private static String lsn(Struct source) {
        Long lsn = source.getInt64("lsn");
        return lsn == null ? "an unknown place" : String.format("%X/%X", lsn >>> 32, lsn & 0xFFFF_FFFFL);
    }
}
