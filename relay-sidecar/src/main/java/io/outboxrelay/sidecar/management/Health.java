package io.outboxrelay.sidecar.management;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The health of the process, as those ask for it who may end or avoid it. Each answer is 200 or 503 and says of each pipeline what it is
 * about. For any thread; waits for nothing.
 */
public final class Health {

    /** A loop goes round twenty times a second even when there is nothing to do, and blocks nowhere. */
    private static final Duration TURN_MAX = Duration.ofSeconds(30);

    /** But for the names of the brokers, which a new producer resolves: the resolver may ask several servers about several names, in vain. */
    private static final Duration CONNECT_MAX = Duration.ofMinutes(5);

    /** Several answers of the database, each of which may take 10 minutes. */
    static final Duration SOURCE_TURN_MAX = Duration.ofMinutes(30);

    private final List<WatchedPipeline> pipelines;
    private final Duration turnMax;
    private volatile boolean stopping;

    public Health(List<WatchedPipeline> pipelines) {
        this(pipelines, TURN_MAX);
    }

    /** @param turnMax how long a loop may take to go round once */
    Health(List<WatchedPipeline> pipelines, Duration turnMax) {
        this.pipelines = List.copyOf(pipelines);
        this.turnMax = turnMax;
    }

    /** From now on the process is not ready any more: it was told to end. */
    public void stopping() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** Whether the threads get on; says nothing about database and brokers. */
    Answer live() {
        long now = System.nanoTime();
        return answer(pipeline -> stuckNanos(pipeline, now) == 0 && sourceStuckNanos(pipeline, now) == 0, now);
    }

    /** Whether every pipeline publishes, or stands by for a relay that does, and is to go on with it. */
    Answer ready() {
        return answer(pipeline -> !stopping && pipeline.isReady(), System.nanoTime());
    }

    /** Whether every pipeline has run or stood by once. */
    Answer started() {
        return answer(WatchedPipeline::hasRun, System.nanoTime());
    }

    private Answer answer(Predicate<WatchedPipeline> isUp, long nowNanos) {
        List<Map<String, @Nullable Object>> described = new ArrayList<>();
        boolean up = true;
        for (WatchedPipeline pipeline : pipelines) {
            boolean isThisUp = isUp.test(pipeline);
            up &= isThisUp;
            Map<String, @Nullable Object> one = pipeline.described();
            one.put("up", isThisUp);
            putSeconds(one, "loopStuckSeconds", stuckNanos(pipeline, nowNanos));
            putSeconds(one, "sourceStuckSeconds", sourceStuckNanos(pipeline, nowNanos));
            described.add(one);
        }
        return Answer.json(
                up ? 200 : 503,
                Json.object("status", up ? "up" : "down", "stopping", stopping, "pipelines", described));
    }

    /** For how long a loop has not gone round though it should have; 0 where it does. */
    private long stuckNanos(WatchedPipeline pipeline, long nowNanos) {
        long idle = pipeline.progress().nanosSinceTurn(nowNanos);
        Duration most = pipeline.progress().isConnecting() ? CONNECT_MAX : turnMax;
        return idle > most.toNanos() ? idle : 0;
    }

    private static long sourceStuckNanos(WatchedPipeline pipeline, long nowNanos) {
        long idle = pipeline.source().nanosSinceTurn(nowNanos);
        return idle > SOURCE_TURN_MAX.toNanos() ? idle : 0;
    }

    private static void putSeconds(Map<String, @Nullable Object> described, String name, long nanos) {
        if (nanos > 0) {
            described.put(name, Duration.ofNanos(nanos).toSeconds());
        }
    }
}
