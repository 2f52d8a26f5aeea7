package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SettingsInUse;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.LogRepairs;
import io.outboxrelay.debezium.repair.RepairPlan;
import io.outboxrelay.debezium.repair.RepairRequest;
import io.outboxrelay.debezium.repair.RepairStores;
import io.outboxrelay.debezium.repair.RowOrder;
import io.outboxrelay.debezium.repair.StandingRows;
import io.outboxrelay.engine.LoopProgress;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.publish.BrokerProbe;
import io.outboxrelay.publish.BrokerProbe.Asking;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.route.Router;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Semaphore;

/** A repair as the command line asks for it: its plan, and what it does, said line by line. Used by the main thread. */
final class RepairRun {

    private final SettingsInUse inUse;
    private final LogRepair repair;
    private final PrintWriter out;

    private RepairRun(SettingsInUse inUse, LogRepair repair, PrintWriter out) {
        this.inUse = inUse;
        this.repair = repair;
        this.out = out;
    }

    /**
     * A repair that has done nothing yet.
     *
     * @throws RelayException MISCONFIGURED where there is none of this outbox
     */
    static RepairRun of(SettingsInUse inUse, RepairOptions options, PrintWriter out) {
        PipelineSettings settings = inUse.atStart();
        SourceSettings.Debezium source = (SourceSettings.Debezium) settings.source();
        RowOrder.Way way =
                RowOrder.Way.valueOf(options.order().toUpperCase(Locale.ROOT).replace('-', '_'));
        RepairRequest request = new RepairRequest(
                source.debezium(),
                new Router(settings.route()).columns(),
                options.admin(),
                new RowOrder(way, options.orderBy()),
                options.dropSlot());
        RepairStores stores = new RepairStores(
                () -> SourceInspection.stored(source.position(), settings), () -> DebeziumParts.store(inUse));
        return new RepairRun(
                inUse,
                LogRepairs.of(request, stores, (step, said) -> {
                    out.println("done    " + said);
                    out.flush();
                }),
                out);
    }

    /**
     * Prints the plan, and does what it says.
     *
     * @param yes whether to do it
     * @return the exit status
     * @throws RelayException why it cannot be done, or ended in the middle
     */
    int run(boolean yes) throws InterruptedException {
        try (LogRepair closing = repair) {
            RepairPlan plan = closing.plan();
            print(plan);
            if (plan.refusal() != null) {
                throw new RelayException(plan.refusal());
            }
            if (!plan.isNeeded()) {
                out.println("nothing to repair: the relay goes on from where it was");
                out.flush();
                return ExitCodes.STOPPED;
            }
            if (!yes) {
                out.println("nothing was changed; --yes does it");
                out.flush();
                return ExitCodes.FAILED;
            }
            repair(closing);
            return ExitCodes.STOPPED;
        }
    }

    private void print(RepairPlan plan) {
        plan.seen().forEach(line -> out.println("found   " + line));
        plan.steps().forEach(line -> out.println("plan    " + line));
        plan.consequences().forEach(line -> out.println("note    " + line));
        out.flush();
    }

    private void repair(LogRepair closing) throws InterruptedException {
        requireBrokers();
        StandingRows rows = closing.begin();
        LoopProgress progress = new StandingPublication(inUse, out).publish(rows);
        long deadLetters = progress.deadLetters();
        out.println("done    published " + progress.published() + " rows"
                + (deadLetters == 0 ? "" : ", and " + deadLetters + " as dead letters"));
        closing.finish();
        out.flush();
    }

    /** Before anything is changed. */
    private void requireBrokers() throws InterruptedException {
        Semaphore answered = new Semaphore(0);
        try (BrokerProbe probe = BrokerProbe.start(inUse::publisher, answered::release)) {
            while (probe.answer() instanceof Asking) {
                answered.acquire();
            }
            if (probe.answer() instanceof Away away) {
                throw new RelayException(away.failure());
            }
        }
    }
}
