package io.outboxrelay.debezium.decode;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's types as {@code ::text} renders them, from what Debezium makes of them with {@code time.precision.mode=microseconds},
 * {@code decimal.handling.mode=string}, {@code binary.handling.mode=bytes} and the source's type in each column's schema. Only types
 * that are known here: of one that it does not know, Debezium makes null without a word.
 */
public final class PostgresRendering implements Rendering {

    private static final String TYPE = "__debezium.source.column.type";
    private static final String ENUMERATION = "enum";

    private static final Map<String, ValueForm> BY_TYPE = Map.ofEntries(
            Map.entry("bpchar", new TextForm(value -> PostgresText.unpadded((String) value))),
            Map.entry("date", new TextForm(value -> PostgresText.date((Integer) value))),
            Map.entry("time", new TextForm(value -> PostgresText.time((Long) value))),
            Map.entry("timestamp", new TextForm(value -> PostgresText.timestamp((Long) value))),
            Map.entry("timestamptz", new TextForm(value -> PostgresText.timestampAtUtc((String) value))),
            Map.entry("numeric", new TextForm(value -> PostgresText.numeric((String) value))),
            Map.entry("float4", new TextForm(value -> PostgresText.real((Float) value))),
            Map.entry("float8", new TextForm(value -> PostgresText.doublePrecision((Double) value))),
            Map.entry("bytea", TextForm.BINARY));

    private static final Set<String> AS_IS = Set.of(
            "text",
            "varchar",
            "char",
            "citext",
            "uuid",
            "json",
            "jsonb",
            "bool",
            "int2",
            "int4",
            "int8",
            "oid",
            "cidr",
            "macaddr",
            "macaddr8",
            "int4range",
            "int8range",
            "numrange",
            "ltree",
            ENUMERATION);

    private final Map<String, ColumnType> types;

    /** @param types of the table's columns, by name, as the catalog has them; those of later columns are judged by their own names alone */
    public PostgresRendering(Map<String, ColumnType> types) {
        this.types = Map.copyOf(types);
    }

    /**
     * A column's type.
     *
     * @param name as {@code pg_type} has it
     * @param base the type that a domain is over, at last; {@code enum} of an enumeration; else the same
     */
    public record ColumnType(String name, String base) {}

    /** What is wrong with columns that are to be read; each that is of no use is named. */
    public static List<Problem> problems(Map<String, ColumnType> types) {
        List<Problem> problems = new ArrayList<>();
        new TreeMap<>(types).forEach((column, type) -> {
            if (!isKnown(type.base())) {
                problems.add(problem(column, type.name()));
            }
        });
        return problems;
    }

    @Override
    public ValueForm formOf(Field column) {
        Schema schema = column.schema();
        Map<String, String> parameters = schema.parameters();
        String name =
                parameters == null ? "" : parameters.getOrDefault(TYPE, "").toLowerCase(Locale.ROOT);
        ColumnType known = types.get(column.name());
        String type = known != null && known.name().toLowerCase(Locale.ROOT).equals(name) ? known.base() : name;
        ValueForm special = BY_TYPE.get(type);
        if (special != null) {
            return special;
        }
        if (AS_IS.contains(type)) {
            return TextForm.AS_IS;
        }
        throw new RelayException(new Failure(FailureKind.MISCONFIGURED, List.of(problem(column.name(), name)), null));
    }

    private static boolean isKnown(@Nullable String type) {
        return BY_TYPE.containsKey(type) || AS_IS.contains(type);
    }

    private static Problem problem(String column, String type) {
        return new Problem(
                "column " + column + " is of type " + type + ", whose text cannot be had from the log",
                "make it text, json, jsonb, bytea, uuid, a number, a boolean or a timestamp; or read the outbox by polling");
    }
}
