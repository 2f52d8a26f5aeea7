package io.outboxrelay.config;

import io.outboxrelay.config.KnownSettings.Family;
import io.outboxrelay.failure.NearestName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Guesses which setting was meant by a key that there is not. */
final class MeantKey {

    private static final List<String> PREFIXES = Stream.concat(
                    KnownSettings.FAMILIES.stream().map(Family::prefix), Stream.of(KeyPath.PIPELINES + "."))
            .toList();

    private MeantKey() {}

    /** The whole key of the setting that was probably meant. */
    static Optional<String> guess(KeyPath path) {
        return guess(path.key()).map(key -> path.beside(key).toString());
    }

    private static Optional<String> guess(String key) {
        List<String> known = new ArrayList<>(KnownSettings.keys());
        known.add(KnownSettings.BOOTSTRAP_SERVERS);
        String lower = key.toLowerCase(Locale.ROOT);
        return only(known, it -> it.toLowerCase(Locale.ROOT).equals(lower))
                .or(() -> only(known, it -> it.toLowerCase(Locale.ROOT).endsWith("." + lower)))
                .or(() -> NearestName.of(key, known))
                .or(() -> misspeltPrefix(key));
    }

    private static Optional<String> misspeltPrefix(String key) {
        for (String prefix : PREFIXES) {
            int dots = (int) prefix.chars().filter(c -> c == '.').count();
            int end = 0;
            for (int i = 0; i < dots && end >= 0; i++) {
                end = key.indexOf('.', end) + 1;
                end = end == 0 ? -1 : end;
            }
            if (end > 0
                    && NearestName.of(key.substring(0, end), List.of(prefix)).isPresent()) {
                return Optional.of(prefix + key.substring(end));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> only(List<String> known, Predicate<String> fits) {
        List<String> fitting = known.stream().filter(fits).toList();
        return fitting.size() == 1 ? Optional.of(fitting.get(0)) : Optional.empty();
    }
}
