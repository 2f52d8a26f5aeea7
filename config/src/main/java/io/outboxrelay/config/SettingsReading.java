package io.outboxrelay.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes the settings of a file from what was written, once everything that is wrong with it has been noted. Used by one thread. */
final class SettingsReading {

    private record Draft(Section section, SettingValues values, PipelineReading reading) {}

    private final Substitution substitution;
    private final Problems problems;
    private final Section processSection;
    private final SettingValues process;
    private final Map<String, Draft> drafts = new LinkedHashMap<>();

    SettingsReading(Sections sections, Substitution substitution, Problems problems) {
        this.substitution = substitution;
        this.problems = problems;
        this.processSection = sections.process();
        this.process = values(processSection);
        sections.pipelines().forEach((name, section) -> {
            SettingValues values = values(section);
            drafts.put(name, new Draft(section, values, new PipelineReading(values, section, problems)));
        });
    }

    /**
     * The settings.
     *
     * @throws io.outboxrelay.failure.RelayException MISCONFIGURED, with all problems
     */
    RelaySettings read() {
        SharedOutboxes outboxes = new SharedOutboxes(problems);
        drafts.forEach((name, draft) -> {
            draft.reading().check();
            outboxes.look(draft.section(), draft.values());
        });
        problems.throwIfAny();
        Map<String, SettingsInUse> pipelines = new LinkedHashMap<>();
        List<ShownSetting> shown = new ArrayList<>(EffectiveSettings.of(processSection, process));
        drafts.forEach((name, draft) -> {
            PipelineSettings settings = draft.reading().read();
            pipelines.put(name, new SettingsInUse(draft.section(), substitution, draft.values(), settings));
            shown.addAll(EffectiveSettings.of(draft.section(), draft.values(), settings.publisher()));
        });
        ProcessSettings ofProcess = new ProcessSettings(
                process.get(KnownSettings.DRAIN_TIMEOUT),
                process.get(KnownSettings.MANAGEMENT_LISTEN),
                process.get(KnownSettings.LOGGING_FORMAT));
        return new RelaySettings(ofProcess, pipelines, shown);
    }

    private SettingValues values(Section section) {
        return new SettingValues(section, given -> substitution.resolve(given.value()), problems);
    }
}
