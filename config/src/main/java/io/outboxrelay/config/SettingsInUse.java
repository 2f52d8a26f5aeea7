package io.outboxrelay.config;

import io.outboxrelay.publish.PublisherSettings;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The settings of a pipeline that runs. Passwords are replaced while it does, and certificates: so what a setting takes from files
 * ({@code ${file:/path}}) can be read anew, for the way to the database and for that to the brokers, each apart from the other.
 * All else stays as it was at the start, and so does the file of settings itself. Immutable; for any thread, reads files.
 */
public final class SettingsInUse {

    private static final String SOURCE = "source.";

    /** What is read, and how: all that runs was made for it, and from another slot the log is another one. */
    private static final Set<String> STAY = Stream.concat(
                    Stream.of(KnownSettings.SOURCE_TYPE), LogSettings.ALL.stream())
            .map(Setting::key)
            .collect(Collectors.toUnmodifiableSet());

    private final Section section;
    private final Substitution substitution;
    private final SettingValues valuesAtStart;
    private final PipelineSettings atStart;

    /** Settings of what was written, with nothing wrong with it. */
    SettingsInUse(Section section, Substitution substitution, SettingValues values, PipelineSettings atStart) {
        this.section = section;
        this.substitution = substitution;
        this.valuesAtStart = values;
        this.atStart = atStart;
    }

    /** As they were at the start. */
    public PipelineSettings atStart() {
        return atStart;
    }

    /**
     * How to read the outbox, with the database's address and password as its files have them now.
     *
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED when a file is not there at the moment, or holds what cannot be used
     */
    public SourceSettings source() {
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
        SettingValues values = new SettingValues(
                section,
                given -> given.key().startsWith(prefix) && !STAY.contains(given.key())
                        ? substitution.resolve(given.value())
                        : Objects.requireNonNull(valuesAtStart.given(given.key()))
                                .value(),
                problems);
        PipelineReading reading = new PipelineReading(values, section, problems);
        reading.check();
        problems.throwIfAny();
        return reading.read();
    }

    /** Its text shows no secret. */
    @Override
    public String toString() {
        return atStart.toString();
    }
}
