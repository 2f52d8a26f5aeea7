package io.outboxrelay.polling;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.Inspection;
import io.outboxrelay.jdbc.InspectionRequest;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.PostgresInspection;
import io.outboxrelay.outbox.OutboxColumns;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Holds the settings of polling against the database as a {@link PollingSource} does at its start, beside one that may be at work. */
public final class PollingInspection {

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
        PostgresConnections connections = new PostgresConnections(settings.connection());
        try (Connection connection = connections.openSession()) {
            Inspection inspection =
                    new PostgresInspection(connections).inspect(connection, request(settings.outbox(), columns));
            if (inspection instanceof Inspection.Sound sound
                    && sound.table().retained() instanceof OutboxTable.Kept kept) {
                checkState(connection, sound.table(), kept);
            }
            return inspection;
        } catch (RelayException e) {
            return new Inspection.Unsound(e.failure());
        } catch (SQLException e) {
            Failure failure = PostgresFailures.classify(e, settings.connection());
            return new Inspection.Unsound(failure);
        }
    }

    private static void checkState(Connection connection, OutboxTable table, OutboxTable.Kept kept)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // As a session has it, so that what it would see is what is judged.
            statement.execute("SET row_security = off; SET lock_timeout = '1s'; SET statement_timeout = '2s'");
        }
        // Nothing is stored here: the condition of the statements that do is not asked for.
        StateReading.of(connection, table, new StateSql(kept.stateTable(), UNGUARDED, UNGUARDED))
                .check();
    }

    /** What polling asks of a table. */
    public static InspectionRequest request(PollingSettings.Outbox outbox, OutboxColumns routed) {
        PollingSettings.Columns names = outbox.columns();
        InspectionRequest.Columns columns = new InspectionRequest.Columns(
                names.id(), names.sequence(), names.key(), names.payload(), routed.names());
        return new InspectionRequest(outbox.table(), columns, outbox.order(), outbox.retention());
    }
}
