package io.outboxrelay.sidecar.management;

import io.outboxrelay.engine.EndToEnd;
import io.outboxrelay.engine.LoopProgress;
import io.outboxrelay.source.SourceFigures;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows, as it is now. Counts since the start: whoever asks twice knows the rate between. Names events by their ids, which
 * are an application's data, and holds nothing else of them.
 */
final class Status implements Endpoint {

    private final Info info;
    private final Health health;
    private final long startedAtNanos = System.nanoTime();

    Status(Info info, Health health) {
        this.info = info;
        this.health = health;
    }

    @Override
    public Answer answer() {
        List<Map<String, @Nullable Object>> pipelines = new ArrayList<>();
        for (WatchedPipeline pipeline : info.pipelines()) {
            Map<String, @Nullable Object> one = pipeline.described();
            one.putAll(pipeline.way().described());
            one.putAll(figures(pipeline.progress()));
            one.putAll(waiting(pipeline.source()));
            pipelines.add(one);
        }
        return Answer.json(
                200,
                Json.object(
                        "version",
                        info.version(),
                        "started",
                        info.startedAt().toString(),
                        "uptimeMillis",
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAtNanos),
                        "now",
                        Instant.now().toString(),
                        "stopping",
                        health.isStopping(),
                        "pipelines",
                        pipelines));
    }

    private static Map<String, @Nullable Object> waiting(SourceFigures source) {
        return Json.object(
                "pending",
                source.levels().pendingRows(),
                "oldestPendingSeconds",
                source.oldestPendingNanos(System.nanoTime()) / 1e9);
    }

    private static Map<String, @Nullable Object> figures(LoopProgress progress) {
        return Json.object(
                "published", progress.published(),
                "settled", progress.settled(),
                "inFlight", progress.inFlightRecords(),
                "endToEndBoundsMillis",
                        EndToEnd.BOUNDS.stream().map(Status::millis).toList(),
                "endToEndCounts",
                        Arrays.stream(progress.endToEnd().counts()).boxed().toList(),
                "lastPublished",
                        progress.lastPublished().stream()
                                .map(event -> Json.object(
                                        "id", event.id(),
                                        "topic", event.topic(),
                                        "partition", event.partition(),
                                        "offset", event.offset()))
                                .toList());
    }

    private static double millis(Duration time) {
        return time.toNanos() / 1e6;
    }
}
