package io.outboxrelay.route;

import java.util.ArrayList;
import java.util.List;

/**
 * A text with {@code ${column}} in it, parsed once. {@code $$} stands for a dollar sign. Immutable.
 *
 * @param parts literals and column names in turn
 */
public record TopicTemplate(List<Part> parts) {

    /** A piece of a template. */
    public sealed interface Part permits Literal, Column {}

    /** Text that stands as it is. */
    public record Literal(String text) implements Part {}

    /** The value of a column. */
    public record Column(String name) implements Part {}

    public TopicTemplate {
        parts = List.copyOf(parts);
    }

    /**
     * Parses a template.
     *
     * @throws IllegalArgumentException naming the place, when a brace is not closed, a name is empty or a dollar sign stands alone
     */
    public static TopicTemplate parse(String text) {
        List<Part> parts = new ArrayList<>();
        StringBuilder literal = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c != '$') {
                literal.append(c);
                at++;
            } else if (text.startsWith("$$", at)) {
                literal.append('$');
                at += 2;
            } else if (text.startsWith("${", at)) {
                int end = text.indexOf('}', at);
                if (end < 0) {
                    throw new IllegalArgumentException(
                            "no closing } for the ${ at character " + (at + 1) + " of '" + text + "'");
                }
                if (end == at + 2) {
                    throw new IllegalArgumentException(
                            "no column name in ${} at character " + (at + 1) + " of '" + text + "'");
                }
                flush(literal, parts);
                parts.add(new Column(text.substring(at + 2, end)));
                at = end + 1;
            } else {
                throw new IllegalArgumentException("a lone $ at character " + (at + 1) + " of '" + text
                        + "': write ${column}, or $$ for a dollar sign");
            }
        }
        flush(literal, parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("an empty topic template");
        }
        return new TopicTemplate(parts);
    }

    /** The columns that the template refers to, in order, possibly repeated. */
    public List<String> columns() {
        return parts.stream()
                .filter(Column.class::isInstance)
                .map(part -> ((Column) part).name())
                .toList();
    }

    private static void flush(StringBuilder literal, List<Part> parts) {
        if (!literal.isEmpty()) {
            parts.add(new Literal(literal.toString()));
            literal.setLength(0);
        }
    }
}
