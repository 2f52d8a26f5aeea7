package io.outboxrelay.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A table's name as people write it: {@code outbox}, {@code public.outbox}, {@code "My Schema"."Outbox"}. As in SQL, a part
 * without quotes is folded to lower case and one in double quotes is taken as it stands.
 *
 * @param schema the schema, or null to follow the search path
 * @param table the table
 */
public record TableName(@Nullable String schema, String table) {

    /**
     * Reads a name as written.
     *
     * @throws IllegalArgumentException if it is not one part or two, or a part is empty; the message says which
     */
    public static TableName parse(String written) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (true) {
            StringBuilder part = new StringBuilder();
            at = readPart(written, at, part);
            parts.add(part.toString());
            if (at == written.length()) {
                break;
            }
            at++; // the dot
        }
        if (parts.size() > 2 || parts.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("'" + written
                    + "' is not a table name: write table, or schema.table, with double quotes around unusual names");
        }
        return parts.size() == 1 ? new TableName(null, parts.get(0)) : new TableName(parts.get(0), parts.get(1));
    }

    /** The name for SQL text, every part quoted. */
    public String quoted() {
        return schema == null ? Identifiers.quote(table) : Identifiers.quote(schema) + '.' + Identifiers.quote(table);
    }

    /** The same for SQL text that people read: without quotes where it means the same. */
    public String readable() {
        return schema == null
                ? Identifiers.readable(table)
                : Identifiers.readable(schema) + '.' + Identifiers.readable(table);
    }

    /** As people would write it: quotes only where they are needed. */
    @Override
    public String toString() {
        return schema == null ? plain(table) : plain(schema) + '.' + plain(table);
    }

    private static String plain(String part) {
        return part.matches("[a-z_][a-z0-9_$]*") ? part : Identifiers.quote(part);
    }

    /** Reads one part into the builder and returns the index of the dot behind it, or the text's length. */
    private static int readPart(String text, int from, StringBuilder part) {
        if (from < text.length() && text.charAt(from) == '"') {
            return readQuoted(text, from + 1, part);
        }
        int dot = text.indexOf('.', from);
        int end = dot < 0 ? text.length() : dot;
        String raw = text.substring(from, end);
        if (raw.indexOf('"') >= 0 || raw.chars().anyMatch(c -> c == '\0' || Character.isWhitespace(c))) {
            throw new IllegalArgumentException("'" + text.replace('\0', '?')
                    + "' is not a table name: put double quotes around a whole part that holds blanks or quotes");
        }
        part.append(raw.toLowerCase(Locale.ROOT));
        return end;
    }

    private static int readQuoted(String text, int from, StringBuilder part) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\0') {
                break;
            }
            if (c != '"') {
                part.append(c);
                at++;
            } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                part.append('"');
                at += 2;
            } else if (at + 1 == text.length() || text.charAt(at + 1) == '.') {
                return at + 1;
            } else {
                break;
            }
        }
        throw new IllegalArgumentException(
                "'" + text.replace('\0', '?') + "' is not a table name: its double quotes do not match");
    }
}
