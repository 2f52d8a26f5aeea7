package io.outboxrelay.debezium.decode;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;

/**
 * PostgreSQL's types as {@code ::text} renders them, from what Debezium makes of them with {@code time.precision.mode=microseconds},
 * {@code decimal.handling.mode=string}, {@code binary.handling.mode=bytes} and the source's type in each column's schema.
 */
public final class PostgresRendering implements Rendering {

    private static final String TYPE = "__debezium.source.column.type";

    private static final Map<String, TextForm> BY_TYPE = Map.ofEntries(
            Map.entry("BPCHAR", new TextForm(value -> PostgresText.unpadded((String) value))),
            Map.entry("DATE", new TextForm(value -> PostgresText.date((Integer) value))),
            Map.entry("TIME", new TextForm(value -> PostgresText.time((Long) value))),
            Map.entry("TIMESTAMP", new TextForm(value -> PostgresText.timestamp((Long) value))),
            Map.entry("TIMESTAMPTZ", new TextForm(value -> PostgresText.timestampAtUtc((String) value))),
            Map.entry("FLOAT4", new TextForm(value -> PostgresText.real((Float) value))),
            Map.entry("FLOAT8", new TextForm(value -> PostgresText.doublePrecision((Double) value))));

    /** Whose text cannot be had back from what the log reader makes of them. */
    private static final Set<String> LOST =
            Set.of("MONEY", "INTERVAL", "TIMETZ", "HSTORE", "BIT", "VARBIT", "INET", "XML", "VECTOR", "HALFVEC");

    @Override
    public ValueForm formOf(Field column, ValueForm.Use use) {
        Schema schema = column.schema();
        Map<String, String> parameters = schema.parameters();
        String type =
                parameters == null ? "" : parameters.getOrDefault(TYPE, "").toUpperCase(Locale.ROOT);
        TextForm special = BY_TYPE.get(type);
        if (special != null) {
            return special;
        }
        boolean plain = switch (schema.type()) {
            case STRING, BOOLEAN, INT16, INT32, INT64 -> schema.name() == null || schema.type() == Schema.Type.STRING;
            default -> false;
        };
        if (plain && !LOST.contains(type)) {
            return TextForm.AS_IS;
        }
        if (schema.type() == Schema.Type.BYTES && type.equals("BYTEA")) {
            return TextForm.BINARY;
        }
        throw new RelayException(
                FailureKind.MISCONFIGURED,
                "column " + column.name() + " is of type "
                        + (type.isEmpty() ? schema.type().toString() : type)
                        + ", whose text cannot be had from the log",
                "make it text, json, jsonb, bytea, uuid, a number, a boolean or a timestamp; or read the outbox by polling");
    }
}
