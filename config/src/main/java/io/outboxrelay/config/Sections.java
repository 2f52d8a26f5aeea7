package io.outboxrelay.config;

import io.outboxrelay.config.Setting.Scope;
import io.outboxrelay.failure.NearestName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Divides what was written among the process and its pipelines: a file describes one pipeline, or several by their names, never
 * both. Notes what belongs to neither. Used by one thread.
 */
final class Sections {

    private final WrittenSettings file;
    private final Problems problems;
    private final List<Given> ofProcess = new ArrayList<>();
    private final List<Given> argumentsOfProcess = new ArrayList<>();
    private final Map<String, List<Given>> lines = new LinkedHashMap<>();
    private final Map<String, List<Given>> arguments = new LinkedHashMap<>();
    private final Set<String> saidToMove = new HashSet<>();
    private final String start;

    /** @param start where the file begins */
    Sections(WrittenSettings file, List<Given> given, String start, Problems problems) {
        this.file = file;
        this.problems = problems;
        this.start = start;
        file.settings().forEach(setting -> divide(setting, ofProcess, lines));
        given.forEach(setting -> divide(setting, argumentsOfProcess, arguments));
    }

    Section process() {
        return new Section(Scope.PROCESS, 1, "", start, ofProcess, argumentsOfProcess);
    }

    /** By their names, in the file's order; none where no name could be understood. */
    Map<String, Section> pipelines() {
        Map<String, Section> sections = new LinkedHashMap<>();
        if (!file.hasPipelines()) {
            sections.put(RelaySettings.DEFAULT_NAME, section("", start));
        }
        file.pipelines().forEach((name, place) -> sections.put(name, section(KeyPath.within(name), place)));
        return sections;
    }

    private Section section(String within, String from) {
        return new Section(
                Scope.PIPELINE,
                Math.max(1, file.pipelines().size()),
                within,
                from,
                lines.getOrDefault(within, List.of()),
                arguments.getOrDefault(within, List.of()));
    }

    private void divide(Given given, List<Given> toProcess, Map<String, List<Given>> toPipelines) {
        KeyPath path = given.path();
        boolean isOfProcess = KnownSettings.isOfProcess(path.key());
        if (isOfProcess && path.within().isEmpty()) {
            toProcess.add(given);
        } else if (isOfProcess) {
            problems.add(
                    given,
                    "it is a setting of the process, for all pipelines at once",
                    "write " + path.key() + " beside " + KeyPath.PIPELINES + ", not within a pipeline");
        } else if (path.within().isEmpty() == file.hasPipelines() || isOfNone(path)) {
            misplaced(given);
        } else {
            toPipelines
                    .computeIfAbsent(path.within(), within -> new ArrayList<>())
                    .add(given);
        }
    }

    /** Whether an argument names a pipeline that the file does not. */
    private boolean isOfNone(KeyPath path) {
        return !path.within().isEmpty() && !file.pipelines().containsKey(path.pipeline());
    }

    private void misplaced(Given given) {
        KeyPath path = given.path();
        if (!path.within().isEmpty()) {
            Optional<String> nearest =
                    NearestName.of(path.pipeline(), file.pipelines().keySet());
            problems.add(
                    given,
                    file.hasPipelines()
                            ? "the file has no such pipeline"
                                    + nearest.map(name -> " (did you mean " + name + "?)")
                                            .orElse("")
                            : "the file names no pipelines",
                    file.hasPipelines() ? "correct it" : "write " + path.key() + " alone");
        } else if (!KnownSettings.isKnown(path.key())) {
            problems.unknown(given, MeantKey.guess(path));
        } else if (given.place().equals(ArgumentSettings.PLACE)
                || saidToMove.add(path.key().split("\\.", 2)[0])) {
            // Of a file once for each group: whoever moves one of its lines moves them all.
            problems.add(
                    given,
                    "it belongs to a pipeline, and this file names its pipelines",
                    "move it, and what stands beside it, into each pipeline that needs it");
        }
    }
}
