package io.outboxrelay.sidecar.management;

import io.outboxrelay.engine.LoopProgress;
import io.outboxrelay.engine.RelayState;
import io.outboxrelay.engine.RelayState.Failed;
import io.outboxrelay.engine.RelayState.Retrying;
import io.outboxrelay.engine.RelayState.Running;
import io.outboxrelay.engine.RelayState.Standby;
import io.outboxrelay.engine.RelayState.Starting;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.source.SourceFigures;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the server knows of one pipeline. Its loop's thread notes each new state; any thread asks. */
public final class WatchedPipeline {

    private final String name;
    private final Way way;
    private final LoopProgress progress;
    private final Signs signs;
    private volatile Seen seen;

    /**
     * From where to where it publishes; no secret in it.
     *
     * @param database its address
     * @param topic as a template
     * @param brokers their addresses
     */
    public record Way(String database, String table, String topic, String brokers) {

        Map<String, @Nullable Object> described() {
            return Json.object("database", database, "table", table, "topic", topic, "brokers", brokers);
        }
    }

    /**
     * @param since by the wall clock, when it entered a state of this name
     * @param hasRun whether it ever ran or stood by
     */
    private record Seen(RelayState state, Instant since, boolean hasRun) {}

    /**
     * What the loop does not know of itself.
     *
     * @param source of its source
     * @param unreached why no broker was ever reached; nothing once one was. With nothing to publish, the loop does not notice. For any
     *     thread; waits for nothing
     */
    public record Signs(SourceFigures source, Supplier<Optional<Failure>> unreached) {}

    /** Of a pipeline that is starting. */
    public WatchedPipeline(String name, Way way, LoopProgress progress, Signs signs, Instant now) {
        this.name = name;
        this.way = way;
        this.progress = progress;
        this.signs = signs;
        this.seen = new Seen(new Starting(), now, false);
    }

    /** Called by the loop's thread alone. */
    public void entered(RelayState next, Instant now) {
        Seen before = seen;
        boolean same = before.state().name().equals(next.name());
        seen = new Seen(next, same ? before.since() : now, before.hasRun() || isReady(next));
    }

    Way way() {
        return way;
    }

    SourceFigures source() {
        return signs.source();
    }

    LoopProgress progress() {
        return progress;
    }

    /** Whether it does what it is there for: it publishes, or stands by for another relay that does; either with brokers to publish to. */
    boolean isReady() {
        return isReady(seen.state()) && signs.unreached().get().isEmpty();
    }

    boolean hasRun() {
        return seen.hasRun() && signs.unreached().get().isEmpty();
    }

    /** Its state, since when, and why, with what an operator does about it; null where nothing is wrong. */
    Map<String, @Nullable Object> described() {
        Seen now = seen;
        Failure failure =
                now.state() instanceof Running ? signs.unreached().get().orElse(null) : failure(now.state());
        return Json.object(
                "name",
                name,
                "state",
                now.state().name(),
                "since",
                now.since().toString(),
                "kind",
                failure == null ? null : failure.kind().name().toLowerCase(Locale.ROOT),
                "cause",
                failure == null
                        ? null
                        : joined(failure.problems().stream().map(Problem::what).toList()),
                "remedy",
                failure == null
                        ? null
                        : joined(
                                failure.problems().stream().map(Problem::remedy).toList()));
    }

    private static boolean isReady(RelayState state) {
        return state instanceof Running || state instanceof Standby;
    }

    private static @Nullable Failure failure(RelayState state) {
        if (state instanceof Retrying retrying) {
            return retrying.failure();
        } else if (state instanceof Standby standby) {
            return standby.owner();
        }
        return state instanceof Failed failed ? failed.cause() : null;
    }

    private static @Nullable String joined(List<String> texts) {
        String all = texts.stream().filter(text -> !text.isEmpty()).collect(Collectors.joining("; "));
        return all.isEmpty() ? null : all;
    }
}
