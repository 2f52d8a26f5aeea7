package io.outboxrelay.debezium;

import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresFailures;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's log, read through a replication slot. The slot is the authority: an attempt begins where the slot was confirmed, and
 * PostgreSQL then sends every transaction that committed after it, whole. So the connector is told no offset at its start,
 * which would have it search the log for the place; several events can share one.
 *
 * <p>What a record says of its own place is never used. Its {@value #LAST_COMMIT} is the end of the transaction before it: once all
 * that came before the record is settled, that may be confirmed. A mark that Debezium makes before it has decoded anything has
 * none, only the current place of the log, in front of which the whole backlog stands.
 */
final class PostgresChangeLog implements ChangeLog {

    private static final String LAST_COMMIT = "lsn_commit";
    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

    private final DebeziumSettings settings;
    private final ToldOffsets offsets = new ToldOffsets();
    private final ConnectorTask task;
    private final SlotSession slot;
    private List<SourceRecord> ahead = new ArrayList<>();
    private @Nullable LsnMark recent;

    /** @param attempt tells attempts of this process apart; part of a name that must not be used twice */
    PostgresChangeLog(DebeziumSettings settings, long attempt) {
        this.settings = settings;
        this.slot = new SlotSession(settings);
        this.task = new ConnectorTask(
                new PostgresConnectorTask(), PostgresProperties.of(settings, "outbox-relay-" + attempt), offsets);
    }

    @Override
    public void start() {
        slot.checkBeforeStart();
        Duration within = settings.reading().startWithin();
        long deadline = System.nanoTime() + within.toNanos();
        try {
            task.start(within);
            while (!slot.isReadBySomebody()) {
                // Its failures come out here.
                ahead.addAll(task.poll());
                if (System.nanoTime() - deadline >= 0) {
                    throw new RelayException(
                            FailureKind.TRANSIENT,
                            "Debezium has not begun to read the slot within " + within.toSeconds() + " s",
                            "see whether the server is overloaded; the relay starts over");
                }
            }
        } catch (ConnectorFailure e) {
            throw new RelayException(classified(e.getCause(), settings.connection()));
        }
        slot.checkAfterStart();
    }

    @Override
    public List<SourceRecord> poll() {
        slot.throwIfLost();
        if (!ahead.isEmpty()) {
            List<SourceRecord> taken = ahead;
            ahead = List.of();
            return taken;
        }
        try {
            return task.poll();
        } catch (ConnectorFailure e) {
            throw new RelayException(whileReading(classified(e.getCause(), settings.connection())));
        }
    }

    @Override
    public @Nullable LogMark markBefore(SourceRecord record) {
        Object lsn = record.sourceOffset().get(LAST_COMMIT);
        if (lsn == null) {
            return null;
        }
        long commit = (Long) lsn;
        if (recent == null || recent.lsn() != commit) {
            recent = new LsnMark(commit);
        }
        return recent;
    }

    @Override
    public void confirm(LogMark upTo) {
        long lsn = ((LsnMark) upTo).lsn();
        offsets.tell(Map.of(LAST_COMMIT, lsn, "lsn_proc", lsn, "lsn", lsn));
        try {
            task.confirm();
        } catch (ConnectorFailure e) {
            throw new RelayException(whileReading(classified(e.getCause(), settings.connection())));
        }
    }

    @Override
    public void close() {
        try {
            task.stop(STOP_WITHIN);
        } finally {
            slot.close();
        }
    }

    /** What is wrong with the settings is for the next start to say, completely; here it only shows that something has changed. */
    private static Failure whileReading(Failure failure) {
        return failure.kind() == FailureKind.MISCONFIGURED
                ? new Failure(FailureKind.TRANSIENT, failure.problems(), failure.cause())
                : failure;
    }

    private static Failure classified(@Nullable Throwable thrown, ConnectionSettings connection) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return PostgresFailures.classify(sql, connection);
            }
        }
        Throwable root = thrown;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        String what = "Debezium ended: " + root;
        return new Failure(
                FailureKind.TRANSIENT,
                List.of(new io.outboxrelay.failure.Problem(
                        what, "the relay starts over; see its log where it does not get on")),
                thrown);
    }
}
