package io.outboxrelay.bench.faults;

import io.outboxrelay.testkit.LinkFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Every fault that there is, as long as somebody has time for it, and for every build. */
final class KnownFaults {
    private static final int SLOW_BYTES_PER_SECOND = 10_240;
    private static final int SLOW_EVENTS_PER_SECOND = 1_000;
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration LONG_SLOW = Duration.ofSeconds(90);

    /** Long enough for what is said after 5 s to be said. */
    private static final Duration SHORT = Duration.ofSeconds(8);

    /** Long enough for a request to run out of time, which takes 10 s once batches are full. */
    private static final Duration SHORT_SLOW = Duration.ofSeconds(30);

    private KnownFaults() {}

    /** Each for half a minute or so. */
    static List<Fault> all() {
        List<Fault> faults = new ArrayList<>(HalfOpenConnections.all());
        faults.add(stalled("stalled-database", true, "the database has not answered"));
        faults.add(stalled("stalled-broker", false, "Kafka has "));
        faults.add(slowBroker(LONG_SLOW));
        faults.add(slowBrokerRemedied());
        faults.addAll(others(LONG));
        return faults;
    }

    /** One of each kind, a few seconds each. */
    static List<Fault> brief() {
        List<Fault> faults = new ArrayList<>();
        HalfOpenConnections.all().stream()
                .filter(fault -> fault.plan().name().matches("half-open-(database|broker)"))
                .forEach(faults::add);
        faults.add(slowBroker(SHORT_SLOW));
        faults.addAll(others(SHORT));
        return faults;
    }

    private static List<Fault> others(Duration hold) {
        List<Fault> faults = new ArrayList<>(List.of(
                new TerminatedSessions(hold), new LockedTable(hold), new HeldRows(hold), new RenamedColumn(hold)));
        faults.addAll(FullDisk.all(hold));
        return faults;
    }

    /** Nothing gets through to one side, of new connections neither. */
    private static Fault stalled(String name, boolean toDatabase, String said) {
        FaultPlan.Claim claim = new FaultPlan.Claim(FaultPlan.HALF_OPEN, List.of(said));
        return new LinkTrouble(FaultPlan.of(name, LONG, claim), toDatabase, new LinkFault.Stall());
    }

    /** 10 KB/s, and more is written than gets through: a request of full batches takes longer than it may. */
    private static Fault slowBroker(Duration hold) {
        FaultPlan.Claim claim = new FaultPlan.Claim(FaultPlan.SOON, List.of("was not answered within"));
        FaultPlan plan = FaultPlan.of("slow-broker", hold, claim).under(SLOW_EVENTS_PER_SECOND, Map.of());
        return new LinkTrouble(plan, false, new LinkFault.Slow(SLOW_BYTES_PER_SECOND));
    }

    /** The same with one of the remedies that the log gives: publishing goes on, as slowly as the network. */
    private static Fault slowBrokerRemedied() {
        FaultPlan.Claim claim = new FaultPlan.Claim(FaultPlan.SOON, List.of());
        FaultPlan plan = FaultPlan.of("slow-broker-small-batches", LONG, claim)
                .under(SLOW_EVENTS_PER_SECOND, Map.of("kafka.batch.size", "8192"));
        return new LinkTrouble(plan, false, new LinkFault.Slow(SLOW_BYTES_PER_SECOND));
    }
}
