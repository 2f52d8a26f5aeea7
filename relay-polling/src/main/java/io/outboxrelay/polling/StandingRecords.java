package io.outboxrelay.polling;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.OutboxTable;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.PostgresInspection;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.OutboxRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Reads what stands to be published, in the order in which a relay that started now would read it, and changes nothing. It may run
 * beside a relay: it takes no lock of the relay's, its transactions are read-only, and none is open for longer than a page takes.
 * What a relay publishes meanwhile may be shown or not, and what becomes visible below a row that was shown is not.
 */
public final class StandingRecords {

    /** Pages are smaller than a relay's, which has all its heap for them. */
    private static final int PAGE_ROWS_MAX = 500;

    private static final long PAGE_BYTES_MAX = 4L << 20;

    private static final String STATEMENT_TIMEOUT = "60s";

    private StandingRecords() {}

    /**
     * Reads. Holds no more than a page, some 4 MiB or a single larger row, and with order by commit timestamp 8 bytes a row.
     *
     * @param columns what routing asks for of each row
     * @param recordsMax after how many to stop
     * @param sink is given each record, on the caller's thread
     * @return whether it stopped because of {@code recordsMax}, so that more may stand
     * @throws RelayException as a relay would fail: MISCONFIGURED with all that is wrong with the table, TRANSIENT, POSITION_LOST;
     *     POISON, after the records before it, at a row that cannot even be read
     */
    public static boolean read(
            PollingSettings settings, OutboxColumns columns, int recordsMax, Consumer<OutboxRecord> sink) {
        PostgresConnections connections = new PostgresConnections(settings.connection());
        try (Connection connection = connections.openSession()) {
            OutboxTable table = new PostgresInspection(connections)
                    .inspect(connection, PollingInspection.request(settings.outbox(), columns))
                    .orThrow();
            return read(pages(readOnly(connection, table), settings, recordsMax), recordsMax, sink);
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings.connection()));
        }
    }

    private static PollingSession readOnly(Connection connection, OutboxTable table) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(SessionOpening.SETTINGS + "; SET statement_timeout = '" + STATEMENT_TIMEOUT
                    + "'; SET default_transaction_read_only = on");
        }
        String token = UUID.randomUUID().toString();
        SessionOpening.mark(connection, token);
        return new PollingSession(
                connection, table, ReaderRules.PRODUCTION.guard().condition(token), false, STATEMENT_TIMEOUT);
    }

    private static StandingPages pages(PollingSession session, PollingSettings settings, int recordsMax)
            throws SQLException {
        return switch (settings.outbox().order()) {
            case SEQUENCE -> new StandingBySequence(session, published(session), PAGE_BYTES_MAX);
            case COMMIT_TIMESTAMP -> new StandingByCommit(session, recordsMax, PAGE_BYTES_MAX);
            case NONE -> new StandingByScan(session, PAGE_BYTES_MAX);
        };
    }

    private static PublishedExtent published(PollingSession session) throws SQLException {
        if (!(session.table().retained() instanceof OutboxTable.Kept kept)) {
            return PublishedExtent.NOTHING;
        }
        StateSql sql = new StateSql(
                kept.stateTable(), session.guard(), SequenceSql.of(session).notGoneBack());
        return StateReading.of(session.connection(), session.table(), sql).check();
    }

    private static boolean read(StandingPages pages, int recordsMax, Consumer<OutboxRecord> sink) throws SQLException {
        int records = 0;
        while (records < recordsMax) {
            RowPage page = pages.next(Math.min(PAGE_ROWS_MAX, recordsMax - records));
            if (page.rows().isEmpty()) {
                return false;
            }
            for (Row row : page.rows()) {
                records++;
                sink.accept(row.at(new PollingPosition(0, records), OutboxRecord.COMMIT_UNKNOWN));
            }
        }
        return true;
    }
}
