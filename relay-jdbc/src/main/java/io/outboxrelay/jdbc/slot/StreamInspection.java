package io.outboxrelay.jdbc.slot;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Holds the settings against the database as a relay does before it streams, beside one that may be at work. Changes nothing. Used by
 * one thread.
 */
public final class StreamInspection {

    private static final String ADVICE =
            "SELECT current_setting('server_version'), current_setting('max_slot_wal_keep_size'),"
                    + " coalesce(current_setting('idle_replication_slot_timeout', true), '0')";

    private final ConnectionSettings settings;
    private final SlotRequest request;
    private final Function<String, @Nullable StreamPosition> stored;

    /**
     * Looks at nothing yet.
     *
     * @param stored reads what is stored of the slot in the database of this name, or answers null where nothing is; asked for only
     *     while nobody streams from the slot
     */
    public StreamInspection(
            ConnectionSettings settings, SlotRequest request, Function<String, @Nullable StreamPosition> stored) {
        this.settings = settings;
        this.request = request;
        this.stored = stored;
    }

    /**
     * What an inspection found.
     *
     * @param failure why a relay would not start, or null if it would, or if one is at work
     * @param findings the same with statements; empty where it is the connection that fails
     * @param checks all that was looked at
     */
    public record Outcome(@Nullable Failure failure, List<Finding> findings, List<Check> checks) {
        public Outcome {
            findings = List.copyOf(findings);
            checks = List.copyOf(checks);
        }
    }

    /** Connects and inspects, within about 20 seconds. */
    public Outcome examine() {
        PostgresConnections connections = new PostgresConnections(settings);
        try (Connection connection = connections.open()) {
            connections.openReplication().close();
            return examined(connection);
        } catch (SQLException e) {
            return failed(PostgresFailures.classify(e, settings));
        } catch (RelayException e) {
            return failed(e.failure());
        }
    }

    private static Outcome failed(Failure failure) {
        return new Outcome(failure, List.of(), List.of(Check.of("connection", failure)));
    }

    private Outcome examined(Connection connection) throws SQLException {
        StreamLook look = new StreamLookSql(connection, request).take();
        SlotFound slot = look.slot();
        boolean held = slot != null && slot.holder() != null;
        StreamGuard guard = new StreamGuard(connection, settings, request);
        Stored read = held ? new Stored(null, null) : read(connection);
        StreamPosition known = read.position();
        List<Finding> findings = held ? ofHeld(look) : new ArrayList<>(guard.findings(known));
        if (!held && findings.isEmpty() && read.unread() == null) {
            findings.addAll(new FirstStart(connection, settings, request).findings(look, known));
        }
        RemovalChecks removal = RemovalChecks.of(connection, request);
        if (held) {
            findings.addAll(removal.findings());
        }
        if (read.unread() != null) {
            findings.add(read.unread());
        }
        List<Check> checks = new ArrayList<>();
        Advice advice = advice(connection);
        checks.add(Check.ok("connection", settings.urlShown() + ", and its log may be read"));
        subject(checks, findings, Finding.SERVER, "PostgreSQL " + advice.version() + ", a primary");
        subject(checks, findings, Finding.TABLE, table(look));
        subject(checks, findings, Finding.PUBLICATION, request.publication() + " publishes every insert");
        subject(checks, findings, Finding.SLOT, slot(look));
        if (!held) {
            subject(
                    checks,
                    findings,
                    Finding.STORED,
                    known == null
                            ? "none: the relay has not begun yet"
                            : "published up to " + StreamPosition.shown(known.lsn()));
        }
        advise(checks, look, advice);
        checks.addAll(removal.advice());
        return new Outcome(failure(findings), findings, checks);
    }

    private record Stored(
            @Nullable StreamPosition position, @Nullable Finding unread) {}

    /** What cannot be read may be there: whoever makes a slot then may give up what stands before it. */
    private Stored read(Connection connection) throws SQLException {
        try {
            return new Stored(stored.apply(connection.getCatalog()), null);
        } catch (RelayException e) {
            Problem problem = e.failure().problems().get(0);
            return new Stored(
                    null, new Finding(Finding.STORED, e.failure().kind(), problem.what(), List.of(), problem.remedy()));
        }
    }

    /** A relay is at work: what is stored is its business, and it would have said if the publication had changed. */
    private List<Finding> ofHeld(StreamLook look) {
        StreamStatements statements = new StreamStatements(request);
        SlotChecks slots = new SlotChecks(request, statements, null, null, new TimelineHistory(Map.of()));
        PublicationChecks publications = new PublicationChecks(request, statements);
        List<Finding> findings = new ArrayList<>();
        Finding kind = slots.ofKind(look);
        if (kind != null) {
            findings.add(kind);
        }
        findings.addAll(publications.ofTable(look, true));
        findings.addAll(publications.ofPublication(look));
        return findings;
    }

    private static void subject(List<Check> checks, List<Finding> findings, String subject, String sound) {
        List<Problem> problems = findings.stream()
                .filter(finding -> finding.subject().equals(subject))
                .map(Finding::problem)
                .toList();
        boolean away =
                findings.stream().anyMatch(it -> it.subject().equals(subject) && it.kind() == FailureKind.TRANSIENT);
        if (problems.isEmpty()) {
            checks.add(Check.ok(subject, sound));
        } else {
            checks.add(new Check(subject, away ? Check.Verdict.AWAY : Check.Verdict.FAIL, "", problems));
        }
    }

    private String table(StreamLook look) {
        TableFound table = look.table();
        return table == null ? "none: events are messages in the log" : table.quotedName();
    }

    private String slot(StreamLook look) {
        SlotFound slot = look.slot();
        if (slot == null) {
            return "";
        }
        String held = slot.holder() == null
                ? "nobody streams from it now"
                : "process " + slot.holder() + " streams from it; another relay would stand by";
        return request.slot() + " retains " + slot.place().retainedBytes() + " bytes of the log; " + held;
    }

    private record Advice(String version, String keep, String idle) {}

    private static Advice advice(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ADVICE)) {
            row.next();
            return new Advice(row.getString(1), row.getString(2), row.getString(3));
        }
    }

    private void advise(List<Check> checks, StreamLook look, Advice advice) {
        SlotFound slot = look.slot();
        if (slot != null && slot.walStatus().equals("unreserved")) {
            checks.add(
                    Check.warn(
                            "retention of the log",
                            "the slot is about to be invalidated: more of the log stands behind it than max_slot_wal_keep_size, "
                                    + advice.keep(),
                            "ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf() -- at once, until the relay has caught up"));
        } else {
            checks.add(Check.ok(
                    "retention of the log",
                    advice.keep().equals("-1")
                            ? "without bound (max_slot_wal_keep_size): if the relay stays away, the disk fills"
                            : "up to " + advice.keep() + " (max_slot_wal_keep_size), then the slot is lost"));
        }
        if (!advice.idle().equals("0")) {
            checks.add(Check.warn(
                    "idle slots",
                    "the server invalidates slots that nobody has read from for " + advice.idle(),
                    "ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf()"));
        }
        if (slot != null
                && request.failover()
                && !slot.failover()
                && look.server().version() >= 170_000) {
            checks.add(Check.warn(
                    "failover",
                    "slot " + request.slot() + " is not kept on standbys",
                    "psql \"dbname=DATABASE replication=database\" -c \"ALTER_REPLICATION_SLOT " + request.slot()
                            + " (FAILOVER true)\" -- while nobody streams from it"));
        }
    }

    private static @Nullable Failure failure(List<Finding> findings) {
        if (findings.isEmpty()) {
            return null;
        }
        FailureKind kind = findings.stream().anyMatch(it -> it.kind() == FailureKind.POSITION_LOST)
                ? FailureKind.POSITION_LOST
                : Objects.requireNonNull(findings.get(0)).kind();
        return new Failure(kind, findings.stream().map(Finding::problem).toList(), null);
    }
}
