package io.outboxrelay.config;

import io.outboxrelay.failure.RelayException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A few settings of a file by themselves, for whoever needs one of them before, or without, all the others: neither their secrets nor
 * their problems matter to it. What is wrong with the file or with the setting is not said here, where {@link SettingsLoader} says it.
 */
public final class FirstLook {

    private final List<Given> given;
    private final Substitution substitution;

    private FirstLook(List<Given> given, Substitution substitution) {
        this.given = given;
        this.substitution = substitution;
    }

    /**
     * Looks into a file.
     *
     * @param overrides {@code key=value}, each in place of what the file says
     * @param environment as of {@link SettingsLoader}
     */
    public static FirstLook at(Path file, List<String> overrides, Function<String, @Nullable String> environment) {
        List<Given> given = new ArrayList<>();
        try {
            given.addAll(SettingsLoader.written(file, new Problems()).settings());
        } catch (RelayException unreadable) {
            given.clear();
        }
        given.addAll(ArgumentSettings.parse(overrides, new Problems()));
        return new FirstLook(given, new Substitution(environment));
    }

    /** Where the management server listens; nothing where it is off. What cannot be used counts as not given. */
    public Optional<ListenAddress> management() {
        return valueOf(KnownSettings.MANAGEMENT_LISTEN);
    }

    /** How the log is written. What cannot be used counts as not given. */
    public LogFormat logFormat() {
        return valueOf(KnownSettings.LOGGING_FORMAT);
    }

    private <T> T valueOf(Setting<T> setting) {
        T value = setting.parse(((Setting.Otherwise) setting.presence()).value());
        for (Given one : given) {
            if (one.path().toString().equals(setting.key())) {
                value = usable(setting, one.value()).orElse(value);
            }
        }
        return value;
    }

    private <T> Optional<T> usable(Setting<T> setting, String value) {
        try {
            return Optional.of(setting.parse(substitution.resolve(value)));
        } catch (UnusableValue unusable) {
            return Optional.empty();
        }
    }
}
