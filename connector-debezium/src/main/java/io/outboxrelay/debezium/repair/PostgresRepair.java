package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.LogInspection;
import io.outboxrelay.debezium.RepairMark;
import io.outboxrelay.debezium.StoredPosition;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.slot.Finding;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamGuard;
import io.outboxrelay.jdbc.slot.StreamLook;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.jdbc.slot.StreamStatements;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A new slot for an outbox whose slot is lost, without a gap between what stands in the table and what the slot gives.
 *
 * <pre>
 *   claim        the table: no polling relay, no second repair; TRUNCATE and rewriting ALTER TABLE wait
 *   1 MARKED     a note in the store: from here on no relay starts
 *   2 DROPPED    the old slot, if there is one
 *     then       the publication is made where there is none; one that is there is changed by people only
 *   3 CREATED    CREATE_REPLICATION_SLOT with an exported snapshot. All that committed before its consistent point
 *                is in the snapshot, all else comes through the slot; the publication stood before, which is checked
 *     then       the rows in that snapshot are published in order, and acknowledged
 *     then       slot, publication and claim are what they were, or it ends here
 *     then       the note says which position is about to be stored
 *   4 STORED     the consistent point becomes the stored position
 *   5 ENDED      the note is removed
 * </pre>
 *
 * <p>A crash behind 1, 2 or 3 leaves the note, and the next repair does all of it again: what stands is published once more, and the
 * slot of the one before is dropped. Behind 4 only 5 is left to do, which shows in that the note names what is stored. Nothing is given
 * up in the database before 1 is durable, and the position is stored once all is acknowledged; so no relay ever streams from a slot in
 * front of which rows stand that nobody published. A slot that still has everything is not dropped: what was inserted and deleted again
 * stands nowhere but in its log.
 */
public final class PostgresRepair implements LogRepair {

    /** The server's answer is that nothing was done: the slot is in use, or the role may not drop it. */
    private static final Set<String> NOT_DONE = Set.of("55006", "42501");

    private final RepairRequest request;
    private final SlotRequest slot;
    private final RepairStores stores;
    private final RepairSteps steps;
    private final Clock clock;
    private final Duration claimAskedEvery;
    private @Nullable TableClaim claim;
    private @Nullable StateStore store;
    private @Nullable StandingRows rows;
    private @Nullable Begun begun;

    /**
     * A repair that has not begun.
     *
     * @param request for a table of PostgreSQL's
     * @param clock says when the repair was begun
     * @param claimAskedEvery how often it is looked whether the table is still claimed
     */
    public PostgresRepair(
            RepairRequest request, RepairStores stores, RepairSteps steps, Clock clock, Duration claimAskedEvery) {
        this.request = request;
        this.slot = LogInspection.request(request.settings(), request.columns());
        this.stores = stores;
        this.steps = steps;
        this.clock = clock;
        this.claimAskedEvery = claimAskedEvery;
    }

    /** @param position where the new slot begins; null where it was stored before */
    private record Begun(
            String database, RepairMark mark, @Nullable StreamPosition position) {}

    @Override
    public RepairPlan plan() {
        return prospect().plan();
    }

    private RepairProspect prospect() {
        ConnectionSettings relay = request.relay();
        Connection connection = SessionSetup.open(relay);
        try {
            return RepairProspect.of(
                    request,
                    slot,
                    RepairDiagnosis.of(connection, relay, slot, stores.look().get()));
        } finally {
            SessionSetup.close(connection);
        }
    }

    @Override
    public StandingRows begin() {
        RepairProspect prospect = prospect();
        Failure refusal = prospect.plan().refusal();
        if (refusal != null) {
            throw new RelayException(refusal);
        }
        String database = prospect.diagnosis().database();
        RepairMark mark = StoredPosition.repairOf(database, slot.slot());
        StandingTable table = prospect.table();
        if (table == null) {
            StateStore opened = stores.open().get();
            store = opened;
            if (mark.standingIn(opened.values()) != null && !mark.isOfWhatIsStoredIn(opened.values())) {
                throw changed("another repair was begun");
            }
            begun = new Begun(database, mark, null);
            return new NoRows();
        }
        claim = TableClaim.of(request.reader(), table, claimAskedEvery);
        StateStore opened = stores.open().get();
        store = opened;
        boolean stood = mark.standingIn(opened.values()) != null;
        mark.put(opened, clock.instant());
        steps.done(RepairStep.MARKED, "noted that a repair has begun");
        if (prospect.diagnosis().look().slot() != null) {
            drop(() -> {
                if (!stood) {
                    // Nothing was changed: whoever streams goes on, and is not to be kept from its next start.
                    mark.remove(opened);
                }
            });
        }
        makePublication(prospect.diagnosis().publicationStatements());
        StandingRows standing = claim.watch().guarding(create(prospect, database, mark));
        rows = standing;
        return standing;
    }

    /** @param untouched is run where it is certain that the slot is as it was */
    private void drop(Runnable untouched) {
        Connection relay;
        try {
            relay = SessionSetup.open(request.relay());
        } catch (RelayException e) {
            untouched.run();
            throw e;
        }
        try (Statement statement = relay.createStatement()) {
            statement.execute(new StreamStatements(slot).dropSlot());
        } catch (SQLException e) {
            if (NOT_DONE.contains(String.valueOf(e.getSQLState()))) {
                untouched.run();
            }
            throw new RelayException(PostgresFailures.classify(e, request.relay()));
        } finally {
            SessionSetup.close(relay);
        }
        steps.done(RepairStep.DROPPED, "dropped slot " + slot.slot());
    }

    private void makePublication(List<String> statements) {
        if (statements.isEmpty()) {
            return;
        }
        ConnectionSettings admin = Objects.requireNonNull(request.admin(), "refused without");
        Connection owner = SessionSetup.open(admin);
        try (Statement statement = owner.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, admin));
        } finally {
            SessionSetup.close(owner);
        }
    }

    private StandingRows create(RepairProspect prospect, String database, RepairMark mark) {
        PostgresLog log = (PostgresLog) request.settings().log();
        StreamLook before = guarded(StreamGuard::look);
        if (before.publication() == null) {
            throw changed("publication " + slot.publication() + " is gone");
        }
        String command =
                SlotMaking.command(log.slot(), log.failover(), before.server().version());
        try (SlotMaking making = SlotMaking.of(request.relay(), command)) {
            StreamPosition position = new StreamPosition(
                    before.server().systemIdentifier(),
                    before.server().timeline(),
                    making.consistentLsn(),
                    before.publication().version());
            // Also that the publication is as it was before the slot was made, and so older than all that it decodes.
            check(position);
            begun = new Begun(database, mark, position);
            StandingRows standing = standing(prospect, making.snapshot());
            steps.done(
                    RepairStep.CREATED,
                    "made slot " + slot.slot() + ", which begins at " + StreamPosition.shown(position.lsn()));
            return standing;
        }
    }

    private StandingRows standing(RepairProspect prospect, String snapshot) {
        ConnectionSettings reader = request.reader();
        Connection connection = SessionSetup.open(reader);
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            statement.execute("SET TRANSACTION SNAPSHOT " + Identifiers.literal(snapshot));
            // As of now: nobody polls any more, and the sequence may have been restarted since the plan.
            StandingTable table =
                    prospect.diagnosis().afterPolling(connection, Objects.requireNonNull(prospect.table()));
            String query =
                    StandingQuery.of(connection, request, slot, table, Objects.requireNonNull(prospect.ordering()));
            return new SnapshotRows(connection, reader, query);
        } catch (SQLException e) {
            SessionSetup.close(connection);
            throw new RelayException(PostgresFailures.classify(e, reader));
        } catch (RelayException e) {
            SessionSetup.close(connection);
            throw e;
        }
    }

    @Override
    public void finish() {
        Begun done = Objects.requireNonNull(begun, "begun");
        StateStore to = Objects.requireNonNull(store, "begun");
        StreamPosition position = done.position();
        if (position != null) {
            check(position);
            Objects.requireNonNull(claim, "begun").watch().check();
            done.mark().putStored(to, position.text());
            StoredPosition.replace(to, done.database(), slot.slot(), position);
            steps.done(RepairStep.STORED, "stored " + StreamPosition.shown(position.lsn()) + " as the position");
        }
        done.mark().remove(to);
        steps.done(RepairStep.ENDED, "removed the note: the relay can be started");
    }

    /** A relay that began at this position now would miss nothing behind it. */
    private void check(StreamPosition position) {
        List<Finding> findings = guarded(guard -> guard.findings(position));
        if (!findings.isEmpty()) {
            throw changed(findings.get(0).what());
        }
    }

    private static RelayException changed(String what) {
        return new RelayException(
                FailureKind.TRANSIENT, "something changed while the repair was at work: " + what, "run repair again");
    }

    private interface Look<T> {
        T at(StreamGuard guard);
    }

    private <T> T guarded(Look<T> look) {
        ConnectionSettings relay = request.relay();
        Connection connection = SessionSetup.open(relay);
        try {
            return look.at(new StreamGuard(connection, relay, slot));
        } finally {
            SessionSetup.close(connection);
        }
    }

    @Override
    public void close() {
        if (rows != null) {
            rows.close();
        }
        if (claim != null) {
            claim.close();
        }
        if (store != null) {
            store.close();
        }
    }
}
