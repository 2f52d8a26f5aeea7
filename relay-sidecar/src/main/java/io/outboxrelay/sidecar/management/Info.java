package io.outboxrelay.sidecar.management;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What this process is and what it does; holds no secret. For any thread. */
public final class Info {

    private final String version;
    private final Instant startedAt;
    private final List<WatchedPipeline> pipelines;

    /** @param startedAt by the wall clock */
    public Info(String version, Instant startedAt, List<WatchedPipeline> pipelines) {
        this.version = version;
        this.startedAt = startedAt;
        this.pipelines = List.copyOf(pipelines);
    }

    Answer answer() {
        List<Map<String, @Nullable Object>> described = new ArrayList<>();
        for (WatchedPipeline pipeline : pipelines) {
            Map<String, @Nullable Object> one = pipeline.described();
            WatchedPipeline.Way way = pipeline.way();
            one.putAll(Json.object(
                    "database", way.database(),
                    "table", way.table(),
                    "topic", way.topic(),
                    "brokers", way.brokers(),
                    "published", pipeline.progress().published(),
                    "inFlight", pipeline.progress().inFlightRecords()));
            described.add(one);
        }
        return Answer.json(
                200,
                Json.object(
                        "name",
                        "Outbox Relay",
                        "version",
                        version,
                        "java",
                        System.getProperty("java.vm.name") + " " + Runtime.version(),
                        "started",
                        startedAt.toString(),
                        "pipelines",
                        described));
    }
}
