package io.outboxrelay.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** SQL for people, line by line. Used by one thread. */
public final class ScriptText {

    /** Meanings behind longer lines stand where these end. */
    private static final int ALIGNED_MAX = 34;

    private final StringBuilder text = new StringBuilder();

    /**
     * A column.
     *
     * @param sql what follows its name
     * @param meaning what it is for
     */
    public record Definition(String sql, String meaning) {}

    public ScriptText line(String line) {
        text.append(line).append('\n');
        return this;
    }

    public ScriptText blank() {
        return line("");
    }

    /** A statement for which there is no IF NOT EXISTS, or whose IF NOT EXISTS asks for privileges even where there is nothing to do. */
    public ScriptText unlessThere(String query, String statement) {
        String tag = "$init$";
        while ((query + statement).contains(tag)) {
            tag = tag.substring(0, tag.length() - 1) + "_$";
        }
        return line("DO " + tag + " BEGIN")
                .line("  IF NOT EXISTS (" + query + ") THEN")
                .line("    " + statement + ";")
                .line("  END IF;")
                .line("END " + tag + ";");
    }

    /** The columns of a table, one below the other. */
    public ScriptText columns(Map<String, Definition> columns) {
        int nameWidth =
                width(columns.keySet().stream().map(Identifiers::readable).toList());
        List<String> lines = new ArrayList<>();
        columns.forEach((name, definition) ->
                lines.add("  " + padded(Identifiers.readable(name), nameWidth) + " " + definition.sql()));
        int width = Math.min(width(lines) + 1, ALIGNED_MAX);
        int at = 0;
        for (Definition definition : columns.values()) {
            boolean last = at == columns.size() - 1;
            line(padded(lines.get(at) + (last ? "" : ","), width) + " -- " + definition.meaning());
            at++;
        }
        return this;
    }

    private static int width(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
