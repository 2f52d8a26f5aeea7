package io.outboxrelay.bench.faults;

import io.outboxrelay.bench.faults.FaultOutcome.Health;
import io.outboxrelay.bench.faults.FaultOutcome.Times;
import io.outboxrelay.bench.stage.MeasuredJvm;
import io.outboxrelay.testkit.CommittedHistory;
import io.outboxrelay.testkit.OrderService;
import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.Verdict;
import io.outboxrelay.testkit.Workload;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One fault, from a relay that runs under load to the judgement of what it published. Every wait is bounded. Belongs to one
 * thread.
 */
final class FaultTrial {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    /** Topics, batches and code have had their first time. */
    private static final int EVENTS_BEFORE = 500;

    private static final int BEHIND_MAX = 50;

    private final Fault fault;
    private final FaultPlan plan;
    private final Path distribution;
    private final long seed;

    FaultTrial(Fault fault, Path distribution, long seed) {
        this.fault = fault;
        this.plan = fault.plan();
        this.distribution = distribution;
        this.seed = seed;
    }

    /** @throws FaultSkipped when the fault cannot be brought about here */
    FaultOutcome run(FaultServers servers) throws Exception {
        try (FaultStage stage = fault.set(servers)) {
            plan.load().settings().forEach(stage::set);
            try (RelayProcess relay = stage.startRelay(distribution, MeasuredJvm.HEAP);
                    OrderService shop = stage.startShop(workload())) {
                relay.awaitLine("running: ", BOUND);
                try (Arrivals arrivals = stage.watchArrivals();
                        Vigil vigil = Vigil.over(relay)) {
                    await(relay, "keep up", () -> keepsUp(arrivals, shop));
                    return run(stage, new Cast(relay, shop, arrivals, vigil));
                }
            }
        }
    }

    /** Who takes part. */
    private record Cast(RelayProcess relay, OrderService shop, Arrivals arrivals, Vigil vigil) {}

    private FaultOutcome run(FaultStage stage, Cast cast) throws SQLException, InterruptedException {
        LogWatch log = new LogWatch(cast.relay(), plan.claim().said());
        cast.arrivals().restartPauses();
        long healedNanos;
        boolean ended = false;
        fault.inject(stage);
        try {
            healedNanos = System.nanoTime();
            if (!plan.healsByItself()) {
                hold(cast, log);
                fault.heal(stage);
                ended = true;
                healedNanos = System.nanoTime();
            }
            awaitRecovery(cast, log, healedNanos);
        } finally {
            if (!ended) {
                fault.heal(stage);
            }
        }
        Duration pause = cast.arrivals().longestPause();
        CommittedHistory history = cast.shop().stop();
        await(cast.relay(), "empty the outbox", () -> isEmpty(stage));
        cast.relay().terminate();
        int exitStatus = cast.relay().awaitExit(BOUND);
        Verdict verdict = stage.judge(history);
        Times times = new Times(
                cast.arrivals().firstCommittedAfter(healedNanos, history),
                cast.arrivals().lastCommittedBefore(healedNanos, history),
                log.saidAfter(),
                pause);
        Health health = new Health(cast.vigil().residentBytesMax(), cast.vigil().longestStandstill(), exitStatus);
        List<String> problems = new FaultJudge(plan, seed).problems(verdict, times, health);
        if (!problems.isEmpty()) {
            log.told().forEach(line -> problems.add("the log says: " + line));
        }
        return new FaultOutcome(plan.name(), verdict, times, health, problems);
    }

    private Workload workload() {
        return Workload.everything(seed)
                .withEventsPerSecond(plan.load().eventsPerSecond())
                .withUnrelatedOpen(Duration.ofSeconds(3));
    }

    private void hold(Cast cast, LogWatch log) {
        long endNanos = System.nanoTime() + plan.hold().toNanos();
        while (System.nanoTime() - endNanos < 0) {
            look(cast, log);
            if (!cast.relay().isAlive()) {
                throw cast.relay().failure("ended while " + plan.name() + " was in force");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void awaitRecovery(Cast cast, LogWatch log, long healedNanos) {
        await(cast.relay(), "recover from " + plan.name(), () -> {
            look(cast, log);
            return recovery(cast, healedNanos) != null;
        });
    }

    private static void look(Cast cast, LogWatch log) {
        log.look();
        if (cast.shop().history().committedCount() <= cast.arrivals().count()) {
            cast.arrivals().nothingIsDue();
        }
    }

    /** Publishing is under way, and what was written while the relay started has gone out. */
    private static boolean keepsUp(Arrivals arrivals, OrderService shop) {
        int behind = shop.history().committedCount() - arrivals.count();
        return arrivals.count() >= EVENTS_BEFORE && behind < BEHIND_MAX;
    }

    private static @Nullable Duration recovery(Cast cast, long healedNanos) {
        return cast.arrivals().firstCommittedAfter(healedNanos, cast.shop().history());
    }

    private static boolean isEmpty(FaultStage stage) {
        try {
            return stage.standing() == 0;
        } catch (SQLException e) {
            throw new IllegalStateException("the outbox cannot be looked at", e);
        }
    }

    private static void await(RelayProcess relay, String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw relay.failure("did not " + what + " within " + BOUND.toSeconds() + " s");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
