package io.outboxrelay.polling;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.Inspection;
import io.outboxrelay.jdbc.InspectionRequest;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.PostgresInspection;
import io.outboxrelay.outbox.OutboxColumns;
import java.sql.Connection;
import java.sql.SQLException;

/** Holds the settings of polling against the database as a {@link PollingSource} does at its start, beside one that may be at work. */
public final class PollingInspection {

    private PollingInspection() {}

    /**
     * Connects and inspects, within about 15 seconds; changes nothing and takes no lock of the relay's.
     *
     * @param columns what routing asks for of each row
     */
    public static Inspection inspect(PollingSettings settings, OutboxColumns columns) {
        PostgresConnections connections = new PostgresConnections(settings.connection());
        try (Connection connection = connections.openSession()) {
            return new PostgresInspection(connections).inspect(connection, request(settings.outbox(), columns));
        } catch (RelayException e) {
            return new Inspection.Unsound(e.failure());
        } catch (SQLException e) {
            Failure failure = PostgresFailures.classify(e, settings.connection());
            return new Inspection.Unsound(failure);
        }
    }

    /** What polling asks of a table. */
    public static InspectionRequest request(PollingSettings.Outbox outbox, OutboxColumns routed) {
        PollingSettings.Columns names = outbox.columns();
        InspectionRequest.Columns columns = new InspectionRequest.Columns(
                names.id(), names.sequence(), names.key(), names.payload(), routed.names());
        return new InspectionRequest(outbox.table(), columns, outbox.order(), outbox.retention());
    }
}
