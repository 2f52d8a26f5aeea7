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

    String version() {
        return version;
    }

    Instant startedAt() {
        return startedAt;
    }

    List<WatchedPipeline> pipelines() {
        return pipelines;
    }

    Answer answer() {
        List<Map<String, @Nullable Object>> described = new ArrayList<>();
        for (WatchedPipeline pipeline : pipelines) {
            Map<String, @Nullable Object> one = pipeline.described();
            one.putAll(pipeline.way().described());
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
