package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.ColumnHistory;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.MySqlChecks;
import io.outboxrelay.debezium.MySqlSession;
import io.outboxrelay.debezium.MySqlState;
import io.outboxrelay.debezium.MySqlTable;
import io.outboxrelay.debezium.RepairMark;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.MySqlFailures;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A new place in MySQL's log for an outbox whose place there is lost, without a gap between what stands in the table and what comes
 * behind that place.
 *
 * <pre>
 *   claim        the pipeline's name: no relay, no second repair
 *   1 MARKED     a note in the store: from here on no relay starts
 *   3 CREATED    a snapshot of the table, and the place in the log that it is of ({@link MySqlSnapshot})
 *     then       the rows in that snapshot are published in order, and acknowledged
 *     then       server, log and claim are what they were, or it ends here
 *     then       the columns that the table had at that place take the place of all that was recorded of them
 *     then       the note says which place is about to be stored
 *   4 STORED     the place becomes the stored one
 *   5 ENDED      the note is removed
 * </pre>
 *
 * <p>A crash behind 1 or 3 leaves the note, and the next repair does all of it again. Behind 4 only 5 is left to do, which shows in that
 * the note names what is stored. The place is stored once all is acknowledged, so no relay ever reads on from a place in front of which
 * rows stand that nobody published. The server keeps nothing for those who read its log, so there is nothing to drop in it.
 */
public final class MySqlRepair implements LogRepair {

    private final RepairRequest request;
    private final RepairStores stores;
    private final RepairSteps steps;
    private final Pace pace;
    private final MySqlTable table;
    private final String name;
    private @Nullable MySqlSession claim;
    private @Nullable ClaimWatch watch;
    private @Nullable StateStore store;
    private @Nullable StandingRows rows;
    private @Nullable Begun begun;

    /**
     * Times.
     *
     * @param clock says when the repair was begun
     * @param claimAskedEvery how often it is looked whether the name is still held
     * @param patience with those who write to the table
     */
    public record Pace(Clock clock, Duration claimAskedEvery, LockPatience patience) {

        static final Pace DEFAULT = new Pace(Clock.systemUTC(), Duration.ofSeconds(5), LockPatience.DEFAULT);
    }

    /**
     * What is about to be stored.
     *
     * @param columns as a history has them
     */
    private record Begun(MySqlState.Place place, String columns) {}

    /** @param request for a table of MySQL's */
    public MySqlRepair(RepairRequest request, RepairStores stores, RepairSteps steps, Pace pace) {
        this.request = request;
        this.stores = stores;
        this.steps = steps;
        this.pace = pace;
        this.table = MySqlTable.of(
                (TableOutbox) request.settings().outbox(), request.settings().connection());
        this.name = MySqlState.name(request.settings());
    }

    @Override
    public RepairPlan plan() {
        MySqlProspect prospect = prospect();
        boolean free = Boolean.TRUE.equals(with(MySqlSession::isNameFree));
        if (free || !prospect.plan().isNeeded()) {
            return prospect.plan();
        }
        return new RepairPlan(prospect.plan().seen(), List.of(), List.of(), held());
    }

    private Failure held() {
        return Failure.of(
                FailureKind.FENCED,
                "a relay reads the log of " + table
                        + " for the pipeline of the same name, or another repair is at work",
                "stop it first, and see that nothing starts it again");
    }

    private MySqlProspect prospect() {
        MySqlDiagnosis diagnosis = with(session -> MySqlDiagnosis.of(
                session, new MySqlChecks(session, table), name, stores.look().get()));
        return MySqlProspect.of(request, table, diagnosis, pace.patience());
    }

    /** Asks the server over a session of the relay's own user, which holds no name. */
    private <T> T with(Function<MySqlSession, T> look) {
        try (MySqlSession session = new MySqlSession(request.settings().connection(), name)) {
            session.connect();
            return look.apply(session);
        }
    }

    @Override
    public StandingRows begin() {
        claim();
        MySqlProspect prospect = prospect();
        Failure refusal = prospect.plan().refusal();
        if (refusal != null) {
            throw new RelayException(refusal);
        }
        StateStore opened = stores.open().get();
        store = opened;
        RepairMark mark = MySqlState.repairOf(name);
        MySqlQuery query = prospect.query();
        if (query == null) {
            if (mark.standingIn(opened.values()) != null && !mark.isOfWhatIsStoredIn(opened.values())) {
                throw changed("another repair was begun");
            }
            return new NoRows();
        }
        mark.put(opened, pace.clock().instant());
        steps.done(RepairStep.MARKED, "noted that a repair has begun");
        StandingRows standing = Objects.requireNonNull(watch, "claimed").guarding(read(prospect.diagnosis(), query));
        rows = standing;
        return standing;
    }

    private void claim() {
        ConnectionSettings relay = request.settings().connection();
        MySqlSession session = new MySqlSession(relay, name);
        claim = session;
        try {
            session.open();
        } catch (RelayException e) {
            throw e.failure().kind() == FailureKind.FENCED ? new RelayException(held()) : e;
        }
        watch = ClaimWatch.start(
                () -> {
                    if (!session.holdsName()) {
                        throw new SQLException("the session no longer holds the name of the pipeline");
                    }
                },
                pace.claimAskedEvery());
    }

    private StandingRows read(MySqlDiagnosis diagnosis, MySqlQuery query) {
        ConnectionSettings reader = request.reader();
        try (MySqlSession log = new MySqlSession(request.settings().connection(), name)) {
            log.connect();
            Map<String, String> variables = log.variables();
            MySqlSnapshot taken = MySqlSnapshot.take(reader, table, () -> log.end(variables), pace.patience());
            MySqlRows standing = null;
            try {
                if (!taken.server().equals(diagnosis.server())
                        || !taken.server().equals(variables.getOrDefault("server_uuid", ""))) {
                    throw changed("the table is read on another server than its log");
                }
                begun = new Begun(
                        new MySqlState.Place(taken.place(), taken.server()),
                        ColumnHistory.made(taken.place(), table.database(), taken.columns()));
                standing = new MySqlRows(taken.connection(), reader, query);
            } catch (SQLException e) {
                throw new RelayException(MySqlFailures.classify(e, reader));
            } finally {
                if (standing == null) {
                    MySqlSetup.close(taken.connection());
                }
            }
            try {
                steps.done(RepairStep.CREATED, "took a snapshot of the table at " + taken.place());
            } catch (RuntimeException | Error e) {
                standing.close();
                throw e;
            }
            return standing;
        }
    }

    @Override
    public void finish() {
        StateStore to = Objects.requireNonNull(store, "begun");
        RepairMark mark = MySqlState.repairOf(name);
        Begun done = begun;
        if (done != null) {
            check(done.place());
            Objects.requireNonNull(watch, "begun").check();
            MySqlState state = new MySqlState(to, name);
            state.begunAnew(done.columns());
            mark.putStored(to, MySqlState.text(done.place()));
            state.settled(done.place());
            steps.done(RepairStep.STORED, "stored " + done.place().mark() + " as the position");
        }
        mark.remove(to);
        steps.done(RepairStep.ENDED, "removed the note: the relay can be started");
    }

    /** A relay that began at this place now would miss nothing behind it. */
    private void check(MySqlState.Place place) {
        with(session -> {
            Map<String, String> variables = session.variables();
            MySqlChecks checks = new MySqlChecks(session, table);
            checks.checkServer(variables);
            try {
                checks.checkCovers(place.asCountedBy(variables), variables);
                return variables;
            } catch (RelayException e) {
                throw changed(e.failure().problems().get(0).what());
            }
        });
    }

    private static RelayException changed(String what) {
        return new RelayException(
                FailureKind.TRANSIENT, "something changed while the repair was at work: " + what, "run repair again");
    }

    @Override
    public void close() {
        if (rows != null) {
            rows.close();
        }
        if (watch != null) {
            watch.close();
        }
        if (claim != null) {
            claim.close();
        }
        if (store != null) {
            store.close();
        }
    }
}
