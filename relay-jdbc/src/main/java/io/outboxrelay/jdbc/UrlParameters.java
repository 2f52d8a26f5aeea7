package io.outboxrelay.jdbc;

import io.outboxrelay.failure.NearestName;
import io.outboxrelay.failure.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/**
 * The parameters of a JDBC URL, looked at before the driver does: it gives a wrong one the state of a server that is away, of a
 * cut connection, or no word at all, and a slip such as {@code sslmod=verify-full} would go unencrypted in silence.
 */
final class UrlParameters {

    private static final Map<String, PGProperty> KNOWN =
            Arrays.stream(PGProperty.values()).collect(Collectors.toMap(PGProperty::getName, Function.identity()));

    /** Values that are the name of a class, each with the names that stand for something else. */
    private static final Map<PGProperty, Set<String>> CLASSES = Map.of(
            PGProperty.SSL_FACTORY,
            Set.of("org.postgresql.ssl.jdbc4.LibPQFactory"),
            PGProperty.SSL_HOSTNAME_VERIFIER,
            Set.of(),
            PGProperty.SSL_PASSWORD_CALLBACK,
            Set.of(),
            PGProperty.SOCKET_FACTORY,
            Set.of(),
            PGProperty.AUTHENTICATION_PLUGIN_CLASS_NAME,
            Set.of());

    /** Those whose choices the driver does not take literally. */
    private static final Set<PGProperty> NOT_CHOSEN = Set.of(PGProperty.PROTOCOL_VERSION, PGProperty.REQUIRE_AUTH);

    /** The files of TLS, by the names of their parameters. */
    private static final List<PGProperty> TLS_FILES =
            List.of(PGProperty.SSL_KEY, PGProperty.SSL_CERT, PGProperty.SSL_ROOT_CERT);

    private final Map<String, String> given;

    private UrlParameters(Map<String, String> given) {
        this.given = given;
    }

    /** Those of a URL; none where it is not one of PostgreSQL's. */
    static UrlParameters of(String url) {
        Properties parsed = Driver.parseURL(url, new Properties());
        return new UrlParameters(
                parsed == null
                        ? Map.of()
                        : parsed.stringPropertyNames().stream()
                                .collect(Collectors.toMap(Function.identity(), parsed::getProperty)));
    }

    /** Everything that is wrong with them, at once. Shows names and, of parameters that hold no secret, values. */
    List<Problem> problems() {
        List<Problem> problems = new ArrayList<>();
        new TreeMap<>(given).forEach((name, value) -> {
            PGProperty known = KNOWN.get(name);
            if (known == null) {
                unknown(name, value).ifPresent(problems::add);
            } else if (CLASSES.containsKey(known)) {
                missingClass(known, value).ifPresent(problems::add);
            } else {
                notAmong(known, value).ifPresent(problems::add);
            }
        });
        return problems;
    }

    /** What no plugin may know, or is a slip of a known name. Any other name may be the rest of a password. */
    private Optional<Problem> unknown(String name, String value) {
        Optional<String> meant = NearestName.of(name, KNOWN.keySet());
        boolean mayBePlugins = CLASSES.keySet().stream().anyMatch(plugin -> given.containsKey(plugin.getName()));
        if (mayBePlugins && meant.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                value.isEmpty() || meant.isEmpty()
                        ? new Problem(
                                "source.url has a parameter that the driver does not know (not shown: it may be the rest of a"
                                        + " password)",
                                "remove it; or write & in a value as %26, and better give source.username and source.password")
                        : new Problem(
                                "source.url has a parameter " + name + ", which the driver does not know",
                                "did you mean " + meant.get() + "?"));
    }

    private static Optional<Problem> missingClass(PGProperty parameter, String value) {
        if (CLASSES.getOrDefault(parameter, Set.of()).contains(value)) {
            return Optional.empty();
        }
        try {
            Class.forName(value, false, Driver.class.getClassLoader());
            return Optional.empty();
        } catch (ClassNotFoundException | LinkageError e) {
            return Optional.of(new Problem(
                    "there is no class " + value + ", which " + parameter.getName() + " in source.url names",
                    "correct or remove " + parameter.getName() + ", or put the class into the relay's lib directory"));
        }
    }

    private static Optional<Problem> notAmong(PGProperty parameter, String value) {
        String[] choices = parameter.getChoices();
        if (choices == null
                || NOT_CHOSEN.contains(parameter)
                || Stream.of(choices).anyMatch(value::equalsIgnoreCase)) {
            return Optional.empty();
        }
        return Optional.of(new Problem(
                parameter.getName() + "=" + value + " in source.url is not possible",
                "set " + parameter.getName() + " to one of " + String.join(", ", choices)));
    }

    static boolean isKnown(String name) {
        return KNOWN.containsKey(name);
    }

    boolean has(String name) {
        return given.containsKey(name);
    }

    /** The parameter whose file a message is about, if it is about one of those of TLS. */
    Optional<String> tlsFileIn(String message) {
        return TLS_FILES.stream()
                .map(PGProperty::getName)
                .filter(name -> given.containsKey(name) && message.contains(given.getOrDefault(name, name)))
                .findFirst();
    }
}
