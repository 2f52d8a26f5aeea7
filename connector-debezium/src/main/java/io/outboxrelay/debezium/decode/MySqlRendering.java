package io.outboxrelay.debezium.decode;

import io.debezium.time.Date;
import io.debezium.time.MicroTime;
import io.debezium.time.MicroTimestamp;
import io.debezium.time.Timestamp;
import io.debezium.time.Year;
import io.debezium.time.ZonedTimestamp;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;

/**
 * Values as MySQL's own cast to text gives them, timestamps in UTC. Binary ones, whose cast would be no text, are written in hexadecimal
 * digits where text is asked for, such as a {@code BINARY(16)} that is an id.
 */
public final class MySqlRendering implements Rendering {

    private static final String SOURCE_TYPE = "__debezium.source.column.type";
    private static final long MICROS_PER_MILLI = 1_000;

    private static final ValueForm HEXADECIMAL = new ValueForm() {
        @Override
        public String text(Object value) {
            return HexFormat.of().formatHex(bytes(value));
        }

        @Override
        public byte[] bytes(Object value) {
            return TextForm.BINARY.bytes(value instanceof byte[] array ? ByteBuffer.wrap(array) : value);
        }
    };

    @Override
    public ValueForm formOf(Field column) {
        Schema schema = column.schema();
        String name = schema.name() == null ? "" : schema.name();
        return switch (name) {
            case Date.SCHEMA_NAME -> new TextForm(value -> PostgresText.date((Integer) value));
            case MicroTime.SCHEMA_NAME -> new TextForm(value -> PostgresText.time((Long) value));
            case Timestamp.SCHEMA_NAME ->
                new TextForm(value -> PostgresText.timestamp(Math.multiplyExact((Long) value, MICROS_PER_MILLI)));
            case MicroTimestamp.SCHEMA_NAME -> new TextForm(value -> PostgresText.timestamp((Long) value));
            case ZonedTimestamp.SCHEMA_NAME -> new TextForm(MySqlRendering::atUtc);
            case "io.debezium.data.Json", "io.debezium.data.Enum", "io.debezium.data.EnumSet", Year.SCHEMA_NAME ->
                TextForm.AS_IS;
            case "" -> plain(column);
            default -> throw unreadable(column);
        };
    }

    private static ValueForm plain(Field column) {
        return switch (column.schema().type()) {
            case STRING, INT8, INT16, INT32, INT64 -> TextForm.AS_IS;
            case BOOLEAN -> new TextForm(value -> (Boolean) value ? "1" : "0");
            case BYTES -> HEXADECIMAL;
            default -> throw unreadable(column);
        };
    }

    /** MySQL writes no zone. */
    private static String atUtc(Object iso) {
        return PostgresText.timestampAtUtc((String) iso).replaceFirst("\\+00$", "");
    }

    private static RelayException unreadable(Field column) {
        Map<String, String> parameters = column.schema().parameters();
        String type = parameters == null ? null : parameters.get(SOURCE_TYPE);
        return new RelayException(
                FailureKind.MISCONFIGURED,
                "column " + column.name() + " is of type "
                        + (type == null ? column.schema().type().toString() : type.toUpperCase(Locale.ROOT))
                        + ", whose text cannot be had from the log",
                "make it text, JSON, binary, an integer, DECIMAL, or a date and time");
    }
}
