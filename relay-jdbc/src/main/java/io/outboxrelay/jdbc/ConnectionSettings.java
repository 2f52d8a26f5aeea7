package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Problem;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to reach the database. Never shows a secret: {@link #toString} masks the password and whatever in the URL could be one.
 *
 * @param url a JDBC URL, {@code jdbc:postgresql://host:port/database}; a parameter in it takes precedence over what the relay sets
 * @param username the role to log in as, or null where the URL or the environment says
 * @param password its password, or null where none is needed
 * @param connectTimeout how long one attempt to connect and log in may take
 * @param socketTimeout how long the server may stay silent in the middle of an answer; zero waits for ever
 */
public record ConnectionSettings(
        String url,
        @Nullable String username,
        @Nullable String password,
        Duration connectTimeout,
        Duration socketTimeout) {

    private static final Duration CONNECT_TIMEOUT_DEFAULT = Duration.ofSeconds(4);
    private static final Duration SOCKET_TIMEOUT_DEFAULT = Duration.ofSeconds(10);
    private static final String MASK = "***";

    /** Parameters whose values are safe to show and help to find a mistake; all others are masked. */
    private static final Pattern PARAMETER = Pattern.compile("([?&])([^=&]*)(=[^&]*)?");

    private static final Pattern HARMLESS = Pattern.compile(
            "user|ssl|sslmode|sslrootcert|sslcert|targetServerType|ApplicationName|currentSchema|connectTimeout|socketTimeout|loginTimeout");
    private static final Pattern USER_INFO = Pattern.compile("//[^/?]*@");

    public ConnectionSettings {
        if (connectTimeout.isNegative() || connectTimeout.isZero() || socketTimeout.isNegative()) {
            throw new IllegalArgumentException(
                    "connectTimeout > 0 and socketTimeout >= 0, but " + connectTimeout + " and " + socketTimeout);
        }
    }

    /** With the default timeouts: 4 s to connect, so that a dead host is named within 5 s, and 10 s of silence. */
    public static ConnectionSettings of(String url, @Nullable String username, @Nullable String password) {
        return new ConnectionSettings(url, username, password, CONNECT_TIMEOUT_DEFAULT, SOCKET_TIMEOUT_DEFAULT);
    }

    /** What is wrong with the parameters of a URL, as far as it shows without a database; holds no secret. */
    public static List<Problem> problems(String url) {
        return UrlParameters.of(url).problems();
    }

    /** The URL for people: without user information, and only well-known harmless parameters keep their values. */
    public String urlShown() {
        String bare = scrub(USER_INFO.matcher(url).replaceAll("//" + MASK + "@"));
        return PARAMETER
                .matcher(bare)
                .replaceAll(p -> Matcher.quoteReplacement(p.group(1) + shown(p.group(2), p.group(3))));
    }

    /** A part without a value, or of a name that there is not, may be the rest of a password that has an ampersand in it. */
    private static String shown(String name, @Nullable String value) {
        if (value == null) {
            return name.isEmpty() ? "" : MASK;
        }
        String shown = UrlParameters.isKnown(name) ? name : MASK;
        return shown + (HARMLESS.matcher(name).matches() ? value : "=" + MASK);
    }

    /** The text with every occurrence of the password replaced; for messages that others composed. */
    String scrub(String text) {
        // Very short passwords would turn every message into asterisks and are no secret worth that.
        return password == null || password.length() < 4 ? text : text.replace(password, MASK);
    }

    @Override
    public String toString() {
        return "ConnectionSettings[url=" + urlShown() + ", username=" + username + ", password="
                + (password == null ? "none" : MASK) + ", connectTimeout=" + connectTimeout + ", socketTimeout="
                + socketTimeout + "]";
    }
}
