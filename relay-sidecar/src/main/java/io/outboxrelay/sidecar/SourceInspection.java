package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.PositionPlace;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.LogInspection;
import io.outboxrelay.debezium.MySqlAddress;
import io.outboxrelay.debezium.MySqlInspection;
import io.outboxrelay.debezium.store.StateFile;
import io.outboxrelay.debezium.store.StateTopic;
import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.jdbc.Examination;
import io.outboxrelay.jdbc.Inspection;
import io.outboxrelay.jdbc.slot.Finding;
import io.outboxrelay.jdbc.slot.StreamInspection;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.polling.PollingInspection;
import io.outboxrelay.route.Router;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** Holds the settings of a pipeline against its database as its source does at its start, beside one that may be at work. */
final class SourceInspection {

    private static final Duration STATE_WITHIN = Duration.ofSeconds(5);

    private SourceInspection() {}

    /**
     * What was found.
     *
     * @param shown what is sound, for people; empty where nothing is
     * @param failure why a relay would not start, or null
     * @param checks all that was looked at; none where only the outcome was asked for
     * @param findings what is wrong, with statements, where the source is one that knows them
     */
    record Found(String shown, @Nullable Failure failure, List<Check> checks, List<Finding> findings) {}

    /** Within about 15 seconds; changes nothing. */
    static Found inspect(PipelineSettings pipeline) {
        if (pipeline.source() instanceof SourceSettings.Polling source) {
            return found(PollingInspection.inspect(source.polling(), columns(pipeline)), List.of());
        }
        return streamed(pipeline);
    }

    /** The same as a checklist, with advice besides; within about 20 seconds. */
    static Found examine(PipelineSettings pipeline) {
        if (pipeline.source() instanceof SourceSettings.Polling source) {
            Examination examination = PollingInspection.examine(source.polling(), columns(pipeline));
            return found(examination.outcome(), examination.checks());
        }
        return streamed(pipeline);
    }

    private static Found found(Inspection outcome, List<Check> checks) {
        return outcome instanceof Inspection.Sound sound
                ? new Found(sound.table().identity().quotedName(), null, checks, List.of())
                : new Found("", ((Inspection.Unsound) outcome).failure(), checks, List.of());
    }

    private static Found streamed(PipelineSettings pipeline) {
        SourceSettings.Debezium source = (SourceSettings.Debezium) pipeline.source();
        if (MySqlAddress.isIn(source.connection().url())) {
            MySqlInspection.Outcome outcome = MySqlInspection.examine(
                    source.debezium(), columns(pipeline), () -> stored(source.position(), pipeline));
            return new Found(
                    outcome.failure() == null ? source.outbox() : "", outcome.failure(), outcome.checks(), List.of());
        }
        StreamInspection.Outcome outcome =
                LogInspection.examine(source.debezium(), columns(pipeline), () -> stored(source.position(), pipeline));
        return new Found(
                outcome.failure() == null ? source.outbox() : "",
                outcome.failure(),
                outcome.checks(),
                outcome.findings());
    }

    /** What the relay stored, read beside it. */
    static SortedMap<String, String> stored(PositionPlace place, PipelineSettings pipeline) {
        return place instanceof PositionPlace.File file
                ? StateFile.peek(file.path())
                : StateTopic.peek(pipeline.publisher(), ((PositionPlace.Topic) place).name(), STATE_WITHIN);
    }

    private static OutboxColumns columns(PipelineSettings pipeline) {
        return new Router(pipeline.route()).columns();
    }
}
