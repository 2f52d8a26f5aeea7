package io.outboxrelay.jdbc;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the source of a trigger function does to the sequence column. Reads PL/pgSQL only, and takes for a draw only what
 * plainly is one on every path: {@code NEW.seq := nextval('...')} before anything that could branch or return.
 */
sealed interface TriggerBody {

    /** Leaves the column alone. */
    record LeavesAlone() implements TriggerBody {}

    /** Always draws the number from one sequence, named as written in the source. */
    record Draws(String sequence) implements TriggerBody {}

    /** Sets the column in a way that could leave the application's number standing, or cannot be read. */
    record Unclear() implements TriggerBody {}

    /** The words behind which a statement may not be reached. */
    Pattern BRANCH = Pattern.compile("\\b(if|case|loop|while|for|foreach|return|exception|continue|exit|raise)\\b");

    /** What stands before the one constant that matters. */
    Pattern DRAWN_FROM = Pattern.compile("\\bnextval\\s*\\(\\s*$");

    /** What may hold words that are no code: comments go, constants become empty but for those that {@code nextval} takes. */
    Pattern TOKENS = Pattern.compile("'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\\n]*|(?s:/\\*.*?\\*/)");

    List<String> PLAIN_LANGUAGES_WITHOUT_SOURCE = List.of("c", "internal");

    /** Reads a function's source. */
    static TriggerBody read(String language, String source, String column) {
        if (PLAIN_LANGUAGES_WITHOUT_SOURCE.contains(language)) {
            return new LeavesAlone();
        }
        if (!language.equals("plpgsql")) {
            return source.contains(column) ? new Unclear() : new LeavesAlone();
        }
        String body = foldedWithoutComments(source);
        String target = "\\bnew\\s*\\.\\s*(?:" + quotedOrPlain(column) + ")";
        Matcher assigned = Pattern.compile(
                        "(?:" + target + "\\s*:=|(?:^|;|\\bbegin\\b|\\bthen\\b|\\belse\\b|\\bloop\\b)\\s*" + target
                                + "\\s*=|\\binto\\s+(?:strict\\s+)?[^;]*?" + target + ")")
                .matcher(body);
        if (!assigned.find()) {
            return new LeavesAlone();
        }
        Matcher draw = Pattern.compile(
                        "\\bbegin\\b(.*?)" + target
                                + "\\s*:?=\\s*(?:pg_catalog\\s*\\.\\s*)?nextval\\s*\\(\\s*('(?:[^']|'')*')\\s*(?:::\\s*regclass\\s*)?\\)\\s*;(.*)",
                        Pattern.DOTALL)
                .matcher(body);
        if (!draw.find() || BRANCH.matcher(draw.group(1)).find() || assigned.find()) {
            return new Unclear();
        }
        return new Draws(draw.group(2).substring(1, draw.group(2).length() - 1).replace("''", "'"));
    }

    /** Lower case outside quoted names, as the server reads it. */
    private static String foldedWithoutComments(String source) {
        Matcher token = TOKENS.matcher(source);
        StringBuilder body = new StringBuilder();
        int from = 0;
        while (token.find()) {
            body.append(source.substring(from, token.start()).toLowerCase(Locale.ROOT));
            char first = source.charAt(token.start());
            boolean kept =
                    first == '"' || (first == '\'' && DRAWN_FROM.matcher(body).find());
            body.append(kept ? token.group() : first == '\'' ? "''" : " ");
            from = token.end();
        }
        return body.append(source.substring(from).toLowerCase(Locale.ROOT)).toString();
    }

    private static String quotedOrPlain(String column) {
        String quoted = Pattern.quote(Identifiers.quote(column));
        boolean plain = column.equals(column.toLowerCase(Locale.ROOT));
        return plain ? quoted + "|" + Pattern.quote(column) + "\\b" : quoted;
    }
}
