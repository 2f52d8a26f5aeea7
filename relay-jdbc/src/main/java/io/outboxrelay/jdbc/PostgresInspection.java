package io.outboxrelay.jdbc;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Holds the settings against the database at start and says everything that is wrong at once, each problem with its remedy.
 * Where a remedy is SQL, it is right for the actual names and can be run as it stands; what is said beside it is an SQL comment.
 *
 * <p>One class for each subject: {@link ServerCheck}, {@link TableCheck}, {@link ColumnChecks}, {@link PrivilegeChecks},
 * {@link IndexCheck}, {@link CommitTimestampCheck}, {@link DrawChecks} (who numbers the rows), {@link SequenceChecks},
 * {@link SubscriptionCheck}, {@link LogReaderCheck}, {@link RetentionCheck} (what becomes of published rows), {@link Canary}.
 *
 * <p>Used by one thread, that of the connection.
 */
public final class PostgresInspection {

    /** What waits longer than this is locked by somebody or has no index to go by; both pass or are said. */
    private static final String BUDGET =
            "SET LOCAL statement_timeout = '2s'; SET LOCAL lock_timeout = '1s'; SET LOCAL enable_seqscan = off;"
                    + " SET LOCAL enable_bitmapscan = off; SET LOCAL row_security = off";

    private static final String CANARY = "canary";

    private final PostgresConnections connections;

    /** @param connections for the short second connection of the canary */
    public PostgresInspection(PostgresConnections connections) {
        this.connections = connections;
    }

    /**
     * Inspects, within about 5 seconds.
     *
     * @param connection the session that will read the outbox; autocommit on; left as it was
     * @throws RelayException TRANSIENT as a rule, when the connection fails or the table is locked while inspecting
     */
    public Inspection inspect(Connection connection, InspectionRequest request) {
        return examine(connection, request).outcome();
    }

    /**
     * The same for who has read the table before, in this process. A slot that was made meanwhile, to read the log from some later day on,
     * does not keep it from going on.
     */
    public Inspection inspectAgain(Connection connection, InspectionRequest request) {
        return examine(connection, request, false).outcome();
    }

    /** The same, with all that was looked at. */
    public Examination examine(Connection connection, InspectionRequest request) {
        return examine(connection, request, true);
    }

    private Examination examine(Connection connection, InspectionRequest request, boolean first) {
        Checklist list = new Checklist();
        try {
            Inspection outcome = inspected(connection, request, list, first);
            return new Examination(outcome, list.checks());
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, connections.settings()));
        }
    }

    private Inspection inspected(Connection connection, InspectionRequest request, Checklist list, boolean first)
            throws SQLException {
        ServerCheck server = new ServerCheck(new Catalog(connection));
        Failure unfit = server.unfit();
        if (unfit != null) {
            list.add(Check.fail("server", unfit.problems()));
            return new Inspection.Unsound(unfit);
        }
        list.add(Check.ok("server", server.shown() + ", a primary that takes writes"));
        List<Problem> problems = list.problems();
        Found found = inTransaction(connection, request, list, first);
        Canary.Perch perch = found == null ? null : found.written();
        boolean asked = perch != null && mayLock(connection, perch);
        Failure canary = asked ? new Canary(connection, connections).check(Objects.requireNonNull(perch)) : null;
        list.add(
                canary != null
                        ? Check.fail(CANARY, canary.problems())
                        : asked
                                ? Check.ok(CANARY, "a lock of another session is seen, as a writer's would be")
                                : Check.skipped(CANARY, "there is no table that the relay may lock"));
        if (canary != null && problems.isEmpty()) {
            return new Inspection.Unsound(canary);
        }
        if (canary != null && canary.kind() == FailureKind.MISCONFIGURED) {
            problems.addAll(canary.problems());
        }
        if (!problems.isEmpty()) {
            return new Inspection.Unsound(new Failure(FailureKind.MISCONFIGURED, problems, null));
        }
        return new Inspection.Sound(
                Objects.requireNonNull(Objects.requireNonNull(found).sound()));
    }

    /** In a transaction, so that the budget ends with it; rolled back whatever happens. */
    private static @Nullable Found inTransaction(
            Connection connection, InspectionRequest request, Checklist list, boolean first) throws SQLException {
        connection.setAutoCommit(false);
        Found found;
        try (Statement statement = connection.createStatement()) {
            statement.execute(BUDGET);
            found = find(new Catalog(connection), request, list, first);
        } catch (SQLException e) {
            try {
                end(connection);
            } catch (SQLException further) {
                e.addSuppressed(further);
            }
            throw e;
        }
        end(connection);
        return found;
    }

    private static void end(Connection connection) throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    private static @Nullable Found find(Catalog catalog, InspectionRequest request, Checklist list, boolean first)
            throws SQLException {
        List<Problem> problems = list.problems();
        FoundTable table = new TableCheck(catalog, problems).find(request);
        list.close("table", table == null ? "" : table.quotedName());
        if (table == null) {
            return null;
        }
        if (first) {
            new LogReaderCheck(catalog, problems).check(table);
            list.close("other readers", "no slot stands through which a relay reads the table from the log");
        }
        ColumnChecks columnChecks = new ColumnChecks(catalog, table, problems);
        PrivilegeChecks privileges = new PrivilegeChecks(catalog, problems);
        FoundColumn id = columnChecks.id(request);
        FoundColumn key = columnChecks.key(request);
        FoundColumn payload = columnChecks.payload(request);
        List<FoundColumn> routed = new ArrayList<>();
        for (String name : request.columns().routed()) {
            FoundColumn column = name.equals(request.columns().timestamp())
                    ? columnChecks.timestamp(name)
                    : columnChecks.routed(name);
            if (column != null) {
                routed.add(column);
            }
        }
        String sequenceName = request.order().needsNumber() ? request.columns().sequence() : null;
        FoundColumn number = sequenceName == null ? null : columnChecks.sequence(sequenceName, privileges.role());
        List<FoundColumn> columns = new ArrayList<>(routed);
        for (FoundColumn column : new @Nullable FoundColumn[] {id, key, payload, number}) {
            if (column != null) {
                columns.add(column);
            }
        }
        list.close(
                "columns",
                String.join(
                        ", ",
                        columns.stream().map(FoundColumn::quotedName).distinct().toList()));
        boolean archives = request.retention() instanceof OutboxRetention.Archive;
        privileges.checkTable(
                table,
                archives ? columnChecks.all() : columns,
                request.retention().removesRows());
        list.close(
                "privileges",
                privileges.role() + (request.retention().removesRows() ? " may read and delete" : " may read"));
        String index = index(catalog, table, sequenceName == null ? id : number, request.order(), problems);
        list.close("index", String.valueOf(index));
        if (request.order() == OutboxOrder.COMMIT_TIMESTAMP) {
            new CommitTimestampCheck(catalog, problems).check(table, privileges.role());
            list.close("commit timestamps", "the server notes when transactions commit");
        }
        if (number != null) {
            new SubscriptionCheck(catalog, problems).check(table);
            list.close("replication", "no subscription writes into the table");
        }
        RetentionCheck.Outcome retention =
                new RetentionCheck(catalog, table, problems).check(request.retention(), columnChecks.all(), privileges);
        list.close("retention", RetentionCheck.shown(request.retention(), retention.retained()));
        // Where rows are told apart by their numbers only, an index sees to that. No index spans several tables, a
        // sequence does.
        boolean drawn = request.order() == OutboxOrder.SEQUENCE || table.hasChildren();
        OutboxTable.Sequence sequence = number == null || !drawn
                ? null
                : sequence(catalog, table, number, privileges, retention.storedTop(), problems);
        if (number != null && drawn) {
            list.close("numbers", sequence == null ? "" : "drawn from " + sequence.quotedName() + " for every row");
        }
        OutboxTable.Retained retained = retention.retained();
        if (!problems.isEmpty() || id == null || key == null || payload == null || index == null || retained == null) {
            return new Found(retention.written(), null);
        }
        return new Found(
                retention.written(),
                new OutboxTable(
                        new OutboxTable.Identity(
                                table.oid(), table.treeOids(), table.quotedName(), table.partitioned()),
                        new OutboxTable.Columns(
                                id.described(),
                                number == null ? null : number.described(),
                                key.described(),
                                payload.described(),
                                routed.stream().map(FoundColumn::described).toList()),
                        sequence,
                        index,
                        retained));
    }

    private static @Nullable String index(
            Catalog catalog, FoundTable table, @Nullable FoundColumn column, OutboxOrder order, List<Problem> problems)
            throws SQLException {
        // A unique index of a partitioned table must have the columns of the partition key besides.
        boolean alone = order == OutboxOrder.COMMIT_TIMESTAMP && !table.partitioned();
        IndexCheck.Demand demand = new IndexCheck.Demand(alone, order.needsNumber() ? WayOut.ORDER_NONE : "");
        return column == null ? null : new IndexCheck(catalog, problems).find(table, column, demand);
    }

    private static OutboxTable.@Nullable Sequence sequence(
            Catalog catalog,
            FoundTable table,
            FoundColumn number,
            PrivilegeChecks privileges,
            long storedTop,
            List<Problem> problems)
            throws SQLException {
        DrawRemedies remedies = new DrawRemedies(catalog, table, number, privileges.role());
        Long oid = new DrawChecks(catalog, remedies, problems).sequence(table, number);
        if (oid == null) {
            return null;
        }
        SequenceChecks checks = new SequenceChecks(catalog, table, problems);
        String name = checks.checkDefinition(oid);
        boolean readable = privileges.checkSequence(oid, name);
        if (!readable || !privileges.mayRead(table, number)) {
            return null;
        }
        return checks.checkLastDrawn(oid, name, number, storedTop);
    }

    /** Without these the canary's lock would be refused for a reason that is already said. */
    private static boolean mayLock(Connection connection, Canary.Perch table) throws SQLException {
        return new Catalog(connection)
                .holds(
                        "SELECT has_table_privilege(c.oid, 'UPDATE, DELETE') AND has_schema_privilege(c.relnamespace, 'USAGE')"
                                + " FROM pg_class c WHERE c.oid = ?::oid",
                        table.oid());
    }

    private record Found(
            Canary.@Nullable Perch written, @Nullable OutboxTable sound) {}
}
