package io.outboxrelay.config;

import io.outboxrelay.failure.RelayException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A few settings of a file by themselves, for whoever needs one of them before, or without, all the others: neither their secrets nor
 * their problems matter to it.
 */
public final class FirstLook {

    private final List<Given> given;
    private final Substitution substitution;
    private final @Nullable RelayException unreadable;

    private FirstLook(List<Given> given, Substitution substitution, @Nullable RelayException unreadable) {
        this.given = given;
        this.substitution = substitution;
        this.unreadable = unreadable;
    }

    /**
     * Looks into a file.
     *
     * @param overrides {@code key=value}, each in place of what the file says
     * @param environment as of {@link SettingsLoader}
     */
    public static FirstLook at(Path file, List<String> overrides, Function<String, @Nullable String> environment) {
        List<Given> given = new ArrayList<>();
        RelayException unreadable = null;
        try {
            given.addAll(SettingsLoader.written(file, new Problems()).settings());
        } catch (RelayException e) {
            unreadable = e;
        }
        given.addAll(ArgumentSettings.parse(overrides, new Problems()));
        return new FirstLook(given, new Substitution(environment), unreadable);
    }

    /**
     * Where the management server listens; nothing where it is off.
     *
     * @throws RelayException MISCONFIGURED when the file or the setting cannot be used: whoever asked elsewhere would ask another relay
     */
    public Optional<ListenAddress> management() {
        if (unreadable != null) {
            throw unreadable;
        }
        Problems problems = new Problems();
        Optional<ListenAddress> at = valueOf(
                KnownSettings.MANAGEMENT_LISTEN,
                (one, unusable) -> problems.add(one, unusable.what(), unusable.remedy()));
        problems.throwIfAny();
        return at;
    }

    /** How the log is written. What cannot be used counts as not given: {@link SettingsLoader} says what is wrong with it. */
    public LogFormat logFormat() {
        return valueOf(KnownSettings.LOGGING_FORMAT, (one, unusable) -> {});
    }

    private <T> T valueOf(Setting<T> setting, BiConsumer<Given, UnusableValue> wrong) {
        T value = setting.parse(((Setting.Otherwise) setting.presence()).with(null));
        for (Given one : given) {
            if (one.path().toString().equals(setting.key())) {
                try {
                    value = setting.parse(substitution.resolve(one.value()));
                } catch (UnusableValue unusable) {
                    wrong.accept(one, unusable);
                }
            }
        }
        return value;
    }
}
