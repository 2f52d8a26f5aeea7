package io.outboxrelay.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills in what a value refers to: {@code ${VAR}} and {@code ${VAR:-default}} from the environment, {@code ${file:/path}} from
 * a file, without the line breaks at its end, and {@code $$} for a dollar sign. What was filled in is not looked through again.
 *
 * @param environment the value of a variable, or null where it is not set
 */
record Substitution(Function<String, @Nullable String> environment) {

    /** A secret is short; whoever names a log by mistake gets a message and not a full memory. */
    private static final long FILE_BYTES_MAX = 1 << 20;

    private static final String FILE_PREFIX = "file:";
    private static final String DEFAULT_MARK = ":-";

    /** A dollar sign that is meant, or what stands in braces behind one. */
    private static final Pattern REFERENCE = Pattern.compile("\\$\\$|\\$\\{([^}]*)\\}");

    /**
     * The value with everything filled in.
     *
     * @throws UnusableValue when something referred to is not there; never names what is filled in
     */
    String resolve(String value) {
        StringBuilder resolved = new StringBuilder();
        int at = 0;
        while (at < value.length()) {
            char c = value.charAt(at);
            if (c != '$') {
                resolved.append(c);
                at++;
            } else if (value.startsWith("$$", at)) {
                resolved.append('$');
                at += 2;
            } else if (value.startsWith("${", at)) {
                int end = value.indexOf('}', at);
                if (end < 0) {
                    throw new UnusableValue(
                            "a ${ in it is not closed", "close it with }, or write $$ for a dollar sign");
                }
                resolved.append(lookUp(value.substring(at + 2, end)));
                at = end + 1;
            } else {
                throw new UnusableValue(
                        "there is a lone $ in it",
                        "write $$ for a dollar sign, or ${VAR} for a variable of the environment");
            }
        }
        return resolved.toString();
    }

    /** What a value refers to, by name; never what is filled in. */
    static List<String> sources(String value) {
        return REFERENCE
                .matcher(value)
                .results()
                .map(match -> match.group(1))
                .filter(Objects::nonNull)
                .map(Substitution::sourceOf)
                .toList();
    }

    private static String sourceOf(String reference) {
        if (reference.startsWith(FILE_PREFIX)) {
            return "the file " + reference.substring(FILE_PREFIX.length());
        }
        int mark = reference.indexOf(DEFAULT_MARK);
        return mark < 0
                ? "the variable " + reference
                : "the variable " + reference.substring(0, mark) + " or its default";
    }

    private String lookUp(String reference) {
        if (reference.startsWith(FILE_PREFIX)) {
            return contentOf(reference.substring(FILE_PREFIX.length()));
        }
        int mark = reference.indexOf(DEFAULT_MARK);
        String name = mark < 0 ? reference : reference.substring(0, mark);
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw new UnusableValue(
                    "what stands in ${...} is no name of a variable",
                    "write ${VAR}, ${VAR:-default} or ${file:/path}, and $$ for a dollar sign");
        }
        String found = environment.apply(name);
        if (found != null) {
            return found;
        }
        if (mark < 0) {
            throw new UnusableValue(
                    "the environment variable " + name + " is not set",
                    "set it, or give a default: ${" + name + ":-default}");
        }
        return reference.substring(mark + DEFAULT_MARK.length());
    }

    private static String contentOf(String path) {
        try {
            Path file = Path.of(path);
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new UnusableValue(
                        "the file " + path + " is larger than 1 MiB", "name a file that holds the value alone");
            }
            return Files.readString(file, StandardCharsets.UTF_8).replaceFirst("[\\r\\n]+$", "");
        } catch (NoSuchFileException e) {
            throw new UnusableValue("there is no file " + path, "create it, or correct the path");
        } catch (IOException | InvalidPathException | SecurityException e) {
            throw new UnusableValue(
                    "the file " + path + " cannot be read (" + e.getClass().getSimpleName() + ")",
                    "let the relay's user read it; it must be UTF-8 text");
        }
    }
}
