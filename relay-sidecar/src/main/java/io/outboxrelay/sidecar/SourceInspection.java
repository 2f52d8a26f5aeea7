package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.jdbc.Examination;
import io.outboxrelay.jdbc.Inspection;
import io.outboxrelay.jdbc.InspectionRequest;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.polling.PollingInspection;
import io.outboxrelay.route.Router;

/** Holds the settings of a pipeline against its database as its source does at its start, beside one that may be at work. */
final class SourceInspection {

    private SourceInspection() {}

    /** Within about 15 seconds; changes nothing. */
    static Inspection inspect(PipelineSettings pipeline) {
        SourceSettings.Polling source = (SourceSettings.Polling) pipeline.source();
        return PollingInspection.inspect(source.polling(), columns(pipeline));
    }

    /** The same as a checklist, with advice besides; within about 20 seconds. */
    static Examination examine(PipelineSettings pipeline) {
        SourceSettings.Polling source = (SourceSettings.Polling) pipeline.source();
        return PollingInspection.examine(source.polling(), columns(pipeline));
    }

    /** What the source asks of the table. */
    static InspectionRequest request(PipelineSettings pipeline) {
        SourceSettings.Polling source = (SourceSettings.Polling) pipeline.source();
        return PollingInspection.request(source.polling().outbox(), columns(pipeline));
    }

    private static OutboxColumns columns(PipelineSettings pipeline) {
        return new Router(pipeline.route()).columns();
    }
}
