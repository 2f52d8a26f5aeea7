package io.outboxrelay.debezium;

import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A URL {@code jdbc:mysql://host:port/database?parameters}, taken apart, because Debezium takes its parts. One host: the log of a server
 * is its own.
 *
 * @param database or null where it names none
 */
record MySqlUrl(String host, int port, @Nullable String database, Map<String, String> parameters) {

    private static final Pattern FORM =
            Pattern.compile("jdbc:mysql://(\\[[^\\]]+]|[^/?#:,()@]+)(?::(\\d{1,5}))?(?:/([^?]*))?(?:\\?(.*))?");
    private static final int PORT_DEFAULT = 3306;

    MySqlUrl {
        parameters = Map.copyOf(parameters);
    }

    /** Whether a URL is of MySQL. */
    static boolean isOne(String url) {
        return url.startsWith("jdbc:mysql:");
    }

    /** @throws RelayException MISCONFIGURED where it is not of this form; the message does not show it */
    static MySqlUrl parse(String url) {
        Matcher form = FORM.matcher(url);
        if (!form.matches()) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "source.url is not of the form jdbc:mysql://host:port/database",
                    "name one host in it; user and password go under source.username and source.password");
        }
        Map<String, String> parameters = new HashMap<>();
        String text = form.group(4);
        for (String parameter : text == null || text.isEmpty() ? new String[0] : text.split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                parameters.put(decoded(parameter.substring(0, equals)), decoded(parameter.substring(equals + 1)));
            }
        }
        String database = form.group(3);
        return new MySqlUrl(
                form.group(1).replaceAll("[\\[\\]]", ""),
                form.group(2) == null ? PORT_DEFAULT : Integer.parseInt(form.group(2)),
                database == null || database.isEmpty() ? null : decoded(database),
                parameters);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
