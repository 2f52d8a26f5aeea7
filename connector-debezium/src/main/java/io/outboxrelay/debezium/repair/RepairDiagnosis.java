package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.RepairMark;
import io.outboxrelay.debezium.StoredPosition;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.slot.Finding;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamGuard;
import io.outboxrelay.jdbc.slot.StreamLook;
import io.outboxrelay.jdbc.slot.StreamPosition;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with slot, publication and stored position, sorted by who has to do something about it. Immutable.
 *
 * @param database the name of the slot's database
 * @param look what there is
 * @param stored how far publishing got, or null
 * @param begun that a repair was begun which has not ended, or null
 * @param published whether that one left nothing to do but to remove its note
 * @param givenUp whether an operator said that the slot is to be read from where it begins, whatever is stored
 * @param findings what keeps a relay from streaming
 */
record RepairDiagnosis(
        String database,
        StreamLook look,
        @Nullable StreamPosition stored,
        @Nullable String begun,
        boolean published,
        boolean givenUp,
        List<Finding> findings) {

    RepairDiagnosis {
        findings = List.copyOf(findings);
    }

    /** @param values what the relay stored */
    static RepairDiagnosis of(
            Connection relay, ConnectionSettings settings, SlotRequest request, SortedMap<String, String> values) {
        try {
            String database = relay.getCatalog();
            StreamPosition stored = StoredPosition.beforeRepair(values, database, request.slot());
            RepairMark mark = StoredPosition.repairOf(database, request.slot());
            StreamGuard guard = new StreamGuard(relay, settings, request);
            StreamLook look = guard.look();
            return new RepairDiagnosis(
                    database,
                    look,
                    stored,
                    mark.standingIn(values),
                    mark.isOfWhatIsStoredIn(values),
                    guard.isGivenUp(look, stored),
                    guard.findings(stored));
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /** Whether a relay would stream; not from where it was, if that is given up. */
    boolean isSound() {
        return findings.isEmpty() && begun == null;
    }

    /**
     * The table with what a polling relay stored of it, where nothing was ever stored of the log: then whatever stands is of the time before.
     * Later, rows may have come that polling's numbers say nothing of.
     */
    StandingTable afterPolling(Connection reader, StandingTable table) throws SQLException {
        return stored == null ? table.afterPolling(reader) : table;
    }

    /** Whether a relay would go on from what a repair stored, but for the note. */
    boolean isDoneButForTheNote() {
        return findings.isEmpty() && published && !givenUp;
    }

    /** What a repair cannot mend, or must not be in the way of; null where nothing is. */
    @Nullable
    Failure obstacle() {
        List<Finding> obstacles =
                findings.stream().filter(finding -> !isMended(finding)).toList();
        if (obstacles.isEmpty()) {
            return null;
        }
        boolean lasts = obstacles.stream()
                .anyMatch(finding ->
                        finding.kind() == FailureKind.MISCONFIGURED || finding.kind() == FailureKind.POSITION_LOST);
        List<Problem> problems =
                obstacles.stream().map(RepairDiagnosis::problem).toList();
        return new Failure(lasts ? FailureKind.MISCONFIGURED : obstacles.get(0).kind(), problems, null);
    }

    /** Somebody who streams has to be ended first, whoever it is. */
    private static Problem problem(Finding finding) {
        return finding.kind() == FailureKind.FENCED
                ? new Problem(
                        finding.what(), "stop that relay, and see that nothing starts it again; then run repair again")
                : finding.problem();
    }

    /** A publication that is there is left to people: others may read through it, and what changes it may take their tables from them. */
    private boolean isMended(Finding finding) {
        boolean mends = finding.kind() == FailureKind.MISCONFIGURED || finding.kind() == FailureKind.POSITION_LOST;
        return mends
                && !finding.statements().isEmpty()
                && ((finding.subject().equals(Finding.PUBLICATION) && look.publication() == null)
                        || finding.subject().equals(Finding.SLOT));
    }

    /** What makes the publication where there is none, as the table's owner. */
    List<String> publicationStatements() {
        return findings.stream()
                .filter(finding -> finding.subject().equals(Finding.PUBLICATION))
                .flatMap(finding -> finding.statements().stream())
                .toList();
    }

    /** What there is, a line each. */
    List<String> seen(SlotRequest request) {
        List<String> seen = new ArrayList<>();
        if (begun != null) {
            seen.add(begun);
        }
        var slot = look.slot();
        Long confirmed = slot == null ? null : slot.place().confirmedLsn();
        seen.add("slot " + request.slot() + ": "
                + (slot == null
                        ? "there is none"
                        : (confirmed == null ? "never finished" : "stands at " + StreamPosition.shown(confirmed))
                                + ", retains " + (slot.place().retainedBytes() >> 20) + " MiB of log, "
                                + slot.walStatus()));
        seen.add("publication " + request.publication() + ": "
                + (look.publication() == null ? "there is none" : "is there"));
        seen.add("stored position: "
                + (stored == null ? "none" : "published up to " + StreamPosition.shown(stored.lsn()))
                + (givenUp ? ", given up for what begins with the slot" : ""));
        findings.forEach(finding -> seen.add("wrong: " + finding.what()));
        return seen;
    }
}
