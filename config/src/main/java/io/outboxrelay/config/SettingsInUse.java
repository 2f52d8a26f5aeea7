package io.outboxrelay.config;

import io.outboxrelay.polling.PollingSettings;
import io.outboxrelay.publish.PublisherSettings;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of a relay that runs. Passwords are replaced while it does, and certificates: so what a setting takes from files
 * ({@code ${file:/path}}) can be read anew, for the way to the database and for that to the brokers, each apart from the other.
 * All else stays as it was at the start, and so does the file of settings itself. Immutable; for any thread, reads files.
 */
public final class SettingsInUse {

    private static final String SOURCE = "source.";

    private final Text text;
    private final Substitution substitution;
    private final SettingValues valuesAtStart;
    private final PipelineSettings atStart;

    /**
     * What was written, before substitution.
     *
     * @param start where the file begins, for messages
     */
    record Text(String start, List<Given> lines, List<Given> arguments) {}

    /**
     * Settings of a text.
     *
     * @param problems what is wrong with the text already
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED, with all problems
     */
    SettingsInUse(Text text, Substitution substitution, Problems problems) {
        this.text = text;
        this.substitution = substitution;
        this.valuesAtStart = values(given -> substitution.resolve(given.value()), problems);
        this.atStart = new PipelineReading(valuesAtStart, text.start(), problems).read();
    }

    /** As they were at the start. */
    public PipelineSettings atStart() {
        return atStart;
    }

    /** Where the management server listens; nothing where there is to be none. */
    public Optional<ListenAddress> management() {
        return valuesAtStart.get(KnownSettings.MANAGEMENT_LISTEN);
    }

    /**
     * How to read the outbox, with the database's address and password as its files have them now.
     *
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED when a file is not there at the moment, or holds what cannot be used
     */
    public PollingSettings source() {
        return anew(SOURCE).source();
    }

    /**
     * How to publish, with what the files hold now.
     *
     * @throws io.outboxrelay.failure.RelayException as {@link #source}
     */
    public PublisherSettings publisher() {
        return anew(KnownSettings.KAFKA.prefix()).publisher();
    }

    private PipelineSettings anew(String prefix) {
        Problems problems = new Problems();
        SettingValues values = values(
                given -> given.key().startsWith(prefix)
                        ? substitution.resolve(given.value())
                        : Objects.requireNonNull(valuesAtStart.given(given.key()))
                                .value(),
                problems);
        return new PipelineReading(values, text.start(), problems).read();
    }

    private SettingValues values(Function<Given, String> resolution, Problems problems) {
        return new SettingValues(text.lines(), text.arguments(), resolution, text.start(), problems);
    }
}
