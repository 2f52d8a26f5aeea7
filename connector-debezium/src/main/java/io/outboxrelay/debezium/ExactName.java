package io.outboxrelay.debezium;

import java.util.Locale;

/**
 * A name as Debezium's lists of what to include take it: expressions between commas, with blanks around them dropped. So whatever is no
 * plain letter is written by its number; quoting as {@link java.util.regex.Pattern#quote} does it would end at a comma.
 */
final class ExactName {

    private static final String PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

    private ExactName() {}

    /** An expression that this name matches, and no other that is written otherwise. */
    static String expression(String name) {
        StringBuilder expression = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (PLAIN.indexOf(c) >= 0) {
                expression.append(c);
            } else {
                expression.append(String.format(Locale.ROOT, "\\u%04X", (int) c));
            }
        }
        return expression.toString();
    }
}
