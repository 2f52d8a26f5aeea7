package io.outboxrelay.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The statements that create what the settings describe, for a database that has no outbox yet. */
final class NewOutbox {

    private NewOutbox() {}

    static String statements(String schema, String table, InspectionRequest request, String role) {
        InspectionRequest.Columns names = request.columns();
        String quotedTable = Identifiers.quote(schema) + '.' + Identifiers.quote(table);
        List<String> definitions = new ArrayList<>();
        definitions.add(Identifiers.quote(names.id()) + " uuid PRIMARY KEY");
        Set<String> others = new LinkedHashSet<>(names.routed());
        others.remove(names.id());
        String grants = "GRANT USAGE ON SCHEMA " + Identifiers.quote(schema) + " TO " + role + "; GRANT SELECT"
                + (request.retention().removesRows() ? ", DELETE" : "") + " ON " + quotedTable + " TO " + role;
        if (request.order().needsNumber() && names.sequence() != null) {
            others.remove(names.sequence());
            String sequence =
                    Identifiers.quote(schema) + '.' + Identifiers.quote(sequenceName(table, names.sequence()));
            definitions.add(Identifiers.quote(names.sequence()) + " bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "
                    + sequence + ") UNIQUE");
            grants += "; GRANT SELECT ON SEQUENCE " + sequence + " TO " + role;
        }
        others.remove(names.payload());
        others.remove(names.key());
        definitions.add(Identifiers.quote(names.key()) + " text NOT NULL");
        others.forEach(name ->
                definitions.add(Identifiers.quote(name) + (name.equals(names.timestamp()) ? " timestamptz" : " text")));
        definitions.add(Identifiers.quote(names.payload()) + " jsonb");
        return "CREATE TABLE " + quotedTable + " (" + String.join(", ", definitions) + "); " + grants
                + RetentionCheck.creation(new TableName(schema, table), request.retention(), role);
    }

    /** A name for a sequence of the relay's making, within PostgreSQL's 63 bytes. */
    static String sequenceName(String table, String column) {
        return fitting(table + '_' + column, "_drawn");
    }

    /** A name made of two parts, the first one cut so that it has no more than PostgreSQL's 63 bytes. */
    static String fitting(String start, String suffix) {
        String stem = start;
        while ((stem + suffix).getBytes(UTF_8).length > 63) {
            stem = stem.substring(0, stem.offsetByCodePoints(stem.length(), -1));
        }
        return stem + suffix;
    }

    /** A name for a further column that the table does not have yet. */
    static String columnBeside(String name, Set<String> taken) {
        String free = name + "_number";
        while (taken.contains(free)) {
            free += "_";
        }
        return free;
    }
}
