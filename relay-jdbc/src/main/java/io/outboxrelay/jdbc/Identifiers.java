package io.outboxrelay.jdbc;

import java.util.Set;

/**
 * Quoting of names and strings for SQL text, by PostgreSQL's rules with {@code standard_conforming_strings} on. Where a name
 * or a constant cannot be a parameter (COPY, LOCK, DDL shown to people), it enters the SQL through here and nowhere else.
 */
public final class Identifiers {

    /** What PostgreSQL 13 to 18 take for a keyword where a column or a table could be named. */
    private static final Set<String> RESERVED = Set.of(
            ("all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate"
                            + " collation column concurrently constraint create cross current_catalog current_date current_role"
                            + " current_schema current_time current_timestamp current_user default deferrable desc distinct do else"
                            + " end except false fetch for foreign freeze from full grant group having ilike in initially inner"
                            + " intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not"
                            + " notnull null offset on only or order outer overlaps placing primary references returning right"
                            + " select session_user similar some symmetric system_user table tablesample then to trailing true union"
                            + " unique user using variadic verbose when where window with")
                    .split(" "));

    private Identifiers() {}

    /**
     * The name in double quotes, exactly as it is: no folding.
     *
     * @throws IllegalArgumentException for an empty name or one with a NUL, which no database object can have
     */
    public static String quote(String name) {
        if (name.isEmpty() || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("not a name: \"" + name.replace('\0', '?') + "\"");
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /**
     * The name for SQL text that people read: without quotes where it means the same.
     *
     * @throws IllegalArgumentException as {@link #quote}
     */
    public static String readable(String name) {
        return name.matches("[a-z_][a-z0-9_]*") && !RESERVED.contains(name) ? name : quote(name);
    }

    /**
     * The text as a string constant.
     *
     * @throws IllegalArgumentException for a text with a NUL, which PostgreSQL cannot hold
     */
    public static String literal(String text) {
        if (text.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("PostgreSQL text cannot hold a NUL");
        }
        String escaped = text.replace("'", "''");
        // A backslash means itself only with standard_conforming_strings on; the E form means the same either way.
        return escaped.indexOf('\\') < 0 ? '\'' + escaped + '\'' : "E'" + escaped.replace("\\", "\\\\") + '\'';
    }
}
