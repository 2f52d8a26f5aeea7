package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.Figures;
import io.outboxrelay.bench.stage.PreparedStart;
import io.outboxrelay.bench.stage.Report;
import io.outboxrelay.bench.stage.ResultLine;
import io.outboxrelay.bench.stage.TopicVerdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What was measured, round by round, and what is said of it: medians, but of memory the most. Confined to one thread. */
final class Rounds {
    private static final List<String> HEADS = List.of(
            "",
            "events/s",
            "drained s",
            "first record s",
            "CPU s/million",
            "broker's",
            "CPU s to start",
            "peak RSS MB",
            "machine busy");

    private final ThroughputOptions options;
    private final boolean isPrepared;
    private final List<Drain> relay = new ArrayList<>();
    private final List<Drain> ceiling = new ArrayList<>();
    private TopicVerdict verdict = TopicVerdict.CLEAN;

    /** @param isPrepared whether the relays' start was */
    Rounds(ThroughputOptions options, boolean isPrepared) {
        this.options = options;
        this.isPrepared = isPrepared;
    }

    void relay(Drain drain, TopicVerdict found) {
        relay.add(drain);
        verdict = verdict.and(found);
    }

    void ceiling(Drain drain, TopicVerdict found) {
        ceiling.add(drain);
        verdict = verdict.and(found);
    }

    /** What is wrong in any topic. */
    TopicVerdict verdict() {
        return verdict;
    }

    void print(Report report) {
        List<List<String>> rows = new ArrayList<>(List.of(HEADS));
        for (int i = 0; i < relay.size(); i++) {
            rows.add(row("relay " + (i + 1), relay.get(i)));
            rows.add(row("ceiling " + (i + 1), ceiling.get(i)));
        }
        report.table(rows);
        double ofRelay = median(relay, Drain::eventsPerSecond);
        double ofCeiling = median(ceiling, Drain::eventsPerSecond);
        report.result(new ResultLine()
                .with("scenario", "throughput")
                .with("source", options.source().word())
                .with("events", options.events())
                .with("eventsPerSecond", rateFormat(ofRelay), ofRelay)
                .with("ceilingEventsPerSecond", rateFormat(ofCeiling), ofCeiling)
                .with("ratio", "%.3f", ofRelay / ofCeiling)
                .with(
                        "rssMb",
                        "%.0f",
                        relay.stream()
                                .mapToDouble(Drain::residentMegabytesPeak)
                                .max()
                                .orElse(0))
                .with("cpuSecondsPerMillion", "%.2f", median(relay, Drain::cpuSecondsPerMillion))
                .with("state", options.state().word())
                .with("payloadBytes", options.payloadBytes())
                .with("rounds", options.rounds())
                .with("java", Runtime.version().feature())
                .with("aot", PreparedStart.word(isPrepared))
                .with(
                        "startSeconds",
                        "%.2f",
                        median(relay, drain -> drain.startUp().toNanos() / 1e9))
                .with("lost", verdict.lost())
                .with("phantom", verdict.phantom())
                .with("reordered", verdict.reordered())
                .with("repeated", verdict.repeated()));
    }

    private static List<String> row(String who, Drain drain) {
        return List.of(
                who,
                figure(rateFormat(drain.eventsPerSecond()), drain.eventsPerSecond()),
                figure("%.2f", drain.duration().toNanos() / 1e9),
                figure("%.2f", drain.startUp().toNanos() / 1e9),
                figure("%.2f", drain.cpuSecondsPerMillion()),
                figure("%.2f", drain.brokerCpuSecondsPerMillion()),
                figure("%.2f", drain.startUpCpuSeconds()),
                figure("%.0f", drain.residentMegabytesPeak()),
                figure("%.0f %%", 100 * drain.machineBusy()));
    }

    /** Of large payloads there are few in a second. */
    private static String rateFormat(double perSecond) {
        return perSecond < 100 ? "%.2f" : "%.0f";
    }

    private static double median(List<Drain> drains, ToDoubleFunction<Drain> figure) {
        return Figures.median(drains.stream().mapToDouble(figure).boxed().toList());
    }

    private static String figure(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }
}
