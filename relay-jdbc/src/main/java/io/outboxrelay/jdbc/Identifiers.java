package io.outboxrelay.jdbc;

/**
 * Quoting of names and strings for SQL text, by PostgreSQL's rules with {@code standard_conforming_strings} on. Where a name
 * or a constant cannot be a parameter (COPY, LOCK, DDL shown to people), it enters the SQL through here and nowhere else.
 */
public final class Identifiers {

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
