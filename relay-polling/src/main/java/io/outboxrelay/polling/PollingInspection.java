package io.outboxrelay.polling;

import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.Examination;
import io.outboxrelay.jdbc.Inspection;
import io.outboxrelay.jdbc.InspectionRequest;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.jdbc.PostgresAdvice;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.PostgresInspection;
import io.outboxrelay.outbox.OutboxColumns;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Holds the settings of polling against the database as a {@link PollingSource} does at its start, beside one that may be at work. */
public final class PollingInspection {

    private static final String CONNECTION = "connection";
    private static final String POSITION = "position";

    /** No session's: what is read here is held for nothing. */
    private static final String UNGUARDED = "true";

    private PollingInspection() {}

    /**
     * Connects and inspects, within about 15 seconds; changes nothing and takes no lock of the relay's. Where rows are kept, what
     * is stored is judged as well: POSITION_LOST where a start would end so.
     *
     * @param columns what routing asks for of each row
     */
    public static Inspection inspect(PollingSettings settings, OutboxColumns columns) {
        return examine(settings, columns, (connection, examination) -> List.of())
                .outcome();
    }

    /**
     * The same as a checklist, with advice besides; within about 20 seconds.
     *
     * @param columns what routing asks for of each row
     */
    public static Examination examine(PollingSettings settings, OutboxColumns columns) {
        OutboxOrder order = settings.outbox().order();
        return examine(settings, columns, (connection, examination) -> {
            PostgresAdvice advice = new PostgresAdvice(connection, Clock.systemUTC());
            List<Check> checks = new ArrayList<>(advice.ofServer());
            if (examination.outcome() instanceof Inspection.Sound sound) {
                checks.addAll(advice.ofTable(sound.table(), order));
            }
            return checks;
        });
    }

    /** Looks further, once the inspection is over. */
    private interface Further {
        List<Check> look(Connection connection, Examination examination) throws SQLException;
    }

    private static Examination examine(PollingSettings settings, OutboxColumns columns, Further further) {
        PostgresConnections connections = new PostgresConnections(settings.connection());
        List<Check> checks = new ArrayList<>();
        String subject = CONNECTION;
        try (Connection connection = connections.openSession()) {
            checks.add(Check.ok(
                    CONNECTION,
                    "a session of the relay's own at " + settings.connection().urlShown()));
            Examination examination =
                    new PostgresInspection(connections).examine(connection, request(settings.outbox(), columns));
            checks.addAll(examination.checks());
            limit(connection);
            checks.addAll(further.look(connection, examination));
            if (examination.outcome() instanceof Inspection.Sound sound
                    && sound.table().retained() instanceof OutboxTable.Kept kept) {
                subject = POSITION;
                checks.add(checkState(connection, sound.table(), kept));
            }
            return new Examination(examination.outcome(), checks);
        } catch (RelayException e) {
            checks.add(Check.of(subject, e.failure()));
            return new Examination(new Inspection.Unsound(e.failure()), checks);
        } catch (SQLException e) {
            Failure failure = PostgresFailures.classify(e, settings.connection());
            checks.add(Check.of(subject, failure));
            return new Examination(new Inspection.Unsound(failure), checks);
        }
    }

    /** Advice is not worth an operator's wait, nor that of anybody in the database. */
    private static void limit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "SET statement_timeout = '5s'; SET lock_timeout = '1s'; SET default_transaction_read_only = on");
        }
    }

    private static Check checkState(Connection connection, OutboxTable table, OutboxTable.Kept kept)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // As a session has it, so that what it would see is what is judged.
            statement.execute("SET row_security = off; SET lock_timeout = '1s'; SET statement_timeout = '2s'");
        }
        // Nothing is stored here: the condition of the statements that do is not asked for.
        PublishedExtent published = StateReading.of(
                        connection, table, new StateSql(kept.stateTable(), UNGUARDED, UNGUARDED))
                .check();
        return Check.ok(
                POSITION,
                published.equals(PublishedExtent.NOTHING)
                        ? "nothing is published yet, and a start publishes everything that stands"
                        : "published up to number " + published.top() + ", but for "
                                + published.gaps().size() + " gaps");
    }

    /** What polling asks of a table. */
    public static InspectionRequest request(PollingSettings.Outbox outbox, OutboxColumns routed) {
        PollingSettings.Columns names = outbox.columns();
        InspectionRequest.Columns columns = new InspectionRequest.Columns(
                names.id(), names.sequence(), names.key(), names.payload(), routed.names(), routed.timestamp());
        return new InspectionRequest(outbox.table(), columns, outbox.order(), outbox.retention());
    }
}
