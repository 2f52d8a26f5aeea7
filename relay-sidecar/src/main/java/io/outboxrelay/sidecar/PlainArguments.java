package io.outboxrelay.sidecar;

import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The commands that supervisors run, {@code run} and {@code health}, understood without picocli, which takes longer to load than all
 * that a relay does until its first event: its classes are of a format that no cache of the JVM takes. Only what picocli would
 * understand in the same way is understood; for all else, and whatever is wrong, it is there and says so ({@link RootCommand}).
 */
final class PlainArguments {

    private static final String CONFIG = "--config";
    private static final String SET = "--set";
    private static final String EXIT_ON_FAILURE = "--exit-on-failure";

    private PlainArguments() {}

    /** The command that they are, to be called once; none where picocli is to be asked. */
    static Optional<Callable<Integer>> understood(String... arguments) {
        if (arguments.length == 0) {
            return Optional.empty();
        }
        List<String> behind = List.of(arguments).subList(1, arguments.length);
        return switch (arguments[0]) {
            case "run" -> run(behind, writer(System.err)).map(start -> start::untilStopped);
            case "health" -> health(behind);
            default -> Optional.empty();
        };
    }

    /**
     * A start as it is asked for.
     *
     * @param options what stands behind {@code run}
     */
    static Optional<RelayStart> run(List<String> options, PrintWriter err) {
        Path config = null;
        List<String> overrides = new ArrayList<>();
        boolean exitOnFailure = false;
        for (Iterator<String> given = options.iterator(); given.hasNext(); ) {
            String option = given.next();
            if (option.equals(EXIT_ON_FAILURE) && !exitOnFailure) {
                exitOnFailure = true;
                continue;
            }
            String value = valueOf(option, given);
            if (value == null) {
                return Optional.empty();
            } else if (option.startsWith(SET)) {
                overrides.add(value);
            } else if (config == null) {
                try {
                    config = Path.of(value);
                } catch (InvalidPathException e) {
                    return Optional.empty();
                }
            } else {
                return Optional.empty();
            }
        }
        if (config == null) {
            return Optional.empty();
        }
        return Optional.of(new RelayStart(new SettingsOptions(config, overrides), exitOnFailure, err));
    }

    /** Behind an equals sign or in the next argument; none where this is no option with a value, or picocli might see another one. */
    private static @Nullable String valueOf(String option, Iterator<String> behind) {
        String value = null;
        if (option.equals(CONFIG) || option.equals(SET)) {
            value = behind.hasNext() ? behind.next() : null;
        } else if (option.startsWith(CONFIG + "=") || option.startsWith(SET + "=")) {
            value = option.substring(option.indexOf('=') + 1);
        }
        return value == null || value.isEmpty() || value.startsWith("-") ? null : value;
    }

    private static Optional<Callable<Integer>> health(List<String> arguments) {
        if (arguments.size() > 1) {
            return Optional.empty();
        }
        String asked = arguments.isEmpty() ? HealthProbe.Question.live.name() : arguments.get(0);
        return Arrays.stream(HealthProbe.Question.values())
                .filter(question -> question.name().equals(asked))
                .findFirst()
                .map(question -> () -> HealthProbe.ofDefault().tell(question, writer(System.out)));
    }

    /** In the characters that picocli would write. */
    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, Charset.defaultCharset()), true);
    }
}
