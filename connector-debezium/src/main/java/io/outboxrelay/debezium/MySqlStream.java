package io.outboxrelay.debezium;

import static io.outboxrelay.failure.FailureKind.FENCED;
import static io.outboxrelay.failure.FailureKind.MISCONFIGURED;
import static io.outboxrelay.failure.FailureKind.POSITION_LOST;
import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import com.github.shyiko.mysql.binlog.network.ServerException;
import io.outboxrelay.debezium.decode.EventDecoder;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.MySqlFailures;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** MySQL's log while it is read. */
final class MySqlStream implements LogStream {

    /** Of the rows of a transaction, how many of its events came before; there is always one, its beginning. */
    private static final String EVENTS_BEFORE = "event";

    private final Started started;
    private final MySqlSession session;
    private final MySqlChecks checks;
    private final MySqlLogFiles files;
    private final EventDecoder decoder;
    private final DebeziumSettings settings;
    private List<SourceRecord> ahead;
    private @Nullable RelayException behind;
    private @Nullable MySqlMark recent;
    private long watchNanos = System.nanoTime();
    private long heardNanos = watchNanos;

    MySqlStream(
            Started started,
            MySqlSession session,
            MySqlChecks checks,
            EventDecoder decoder,
            DebeziumSettings settings) {
        this.started = started;
        this.session = session;
        this.checks = checks;
        this.files = new MySqlLogFiles(session);
        this.decoder = decoder;
        this.settings = settings;
        this.ahead = started.ahead();
    }

    /**
     * A connector that reads.
     *
     * @param ahead what it had read by then
     * @param state where is stored how far everything is settled
     * @param from where it began, on which server
     * @param statements what it has met that are no rows
     */
    record Started(
            ConnectorTask task,
            List<SourceRecord> ahead,
            MySqlState state,
            MySqlState.Place from,
            LoggedStatements statements) {}

    @Override
    public List<SourceRecord> poll(boolean take) {
        watch();
        if (!take) {
            return List.of();
        }
        RelayException failure = behind;
        if (failure != null) {
            throw failure;
        }
        List<SourceRecord> records = ahead;
        ahead = List.of();
        if (records.isEmpty()) {
            records = taken();
        }
        started.statements().check();
        return untilUndecided(records);
    }

    private List<SourceRecord> taken() {
        List<SourceRecord> records;
        try {
            records = started.task().poll();
        } catch (ConnectorFailure e) {
            Failure failure = classified(e.getCause(), settings.connection());
            if (failure.kind() == POSITION_LOST) {
                throw new RestLost(failure);
            }
            throw new RelayException(failure);
        }
        long now = System.nanoTime();
        long silenceMaxNanos = settings.reading().silenceMax().toNanos();
        if (!records.isEmpty()) {
            heardNanos = now;
        } else if (now - heardNanos > silenceMaxNanos) {
            throw new RelayException(
                    TRANSIENT,
                    "the server has not said for "
                            + settings.reading().silenceMax().toSeconds()
                            + " s that it has nothing to say: the connection is dead",
                    "nothing if it passes; else check the network");
        }
        return records;
    }

    /**
     * Rows of an XA transaction stand in the log when it is prepared, and are not told from others when it is rolled back. They are
     * known by having no beginning that Debezium counts.
     */
    private List<SourceRecord> untilUndecided(List<SourceRecord> records) {
        for (int i = 0; i < records.size(); i++) {
            SourceRecord record = records.get(i);
            boolean row =
                    record.value() instanceof Struct change && change.schema().field("after") != null;
            if (row && record.sourceOffset().get(EVENTS_BEFORE) == null) {
                behind = new RelayException(
                        MISCONFIGURED,
                        "an XA transaction wrote to the outbox: its rows are in the log before it is known whether it commits,"
                                + " behind " + MySqlMark.of(record.sourceOffset()),
                        "have the outbox written by ordinary transactions; nothing behind this one is published until an operator has"
                                + " decided about it: XA COMMIT or XA ROLLBACK ends it, and then outbox-relay repair --begin-anew"
                                + " publishes what stands in the table and begins anew behind that");
                return records.subList(0, i);
            }
        }
        return records;
    }

    private void watch() {
        long now = System.nanoTime();
        if (now - watchNanos < settings.reading().watchEvery().toNanos()) {
            return;
        }
        watchNanos = now;
        Map<String, String> variables = session.variables();
        checks.checkServer(variables);
        // What is purged behind a reader's back it has read; whether it has, only a start must ask.
        checks.checkSameServer(started.from(), variables);
        if (!session.holdsName()) {
            throw new RelayException(
                    FENCED, "the relay's session lost the name of the pipeline", "see which other relay took it");
        }
    }

    @Override
    public @Nullable LogMark markBefore(SourceRecord record) {
        MySqlMark mark = MySqlMark.of(record.sourceOffset());
        MySqlMark last = recent;
        // The same place is the same mark: one that only moved on in its file, without a transaction, is not worth
        // storing.
        if (mark != null && (last == null || !mark.isSamePlaceAs(last))) {
            recent = mark;
        }
        return recent;
    }

    @Override
    public void confirm(LogMark upTo) {
        MySqlMark mark = (MySqlMark) upTo;
        started.state().settled(new MySqlState.Place(mark, started.from().serverUuid(), files.beginning(mark.file())));
    }

    @Override
    public EventDecoder decoder() {
        return decoder;
    }

    /** What it means that Debezium ended. */
    static Failure classified(@Nullable Throwable thrown, ConnectionSettings connection) {
        Throwable root = thrown;
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return MySqlFailures.classify(sql, connection);
            }
            if (cause instanceof ServerException refused) {
                return MySqlFailures.classify(refused.getErrorCode(), refused.getSqlState(), refused, connection);
            }
            if (cause instanceof RelayException own) {
                return own.failure();
            }
            root = cause;
        }
        String what = "Debezium ended: " + root;
        String said = String.valueOf(root);
        // The second where it has misunderstood a statement, such as one that gives two columns each other's names.
        if (said.contains("schema isn't known") || said.contains("internal schema size")) {
            return Failure.of(POSITION_LOST, what, KnownTables.REMEDY);
        }
        String remedy = "the relay starts over; if it does not get on, see its log";
        return thrown == null ? Failure.of(TRANSIENT, what, remedy) : Failure.of(TRANSIENT, what, remedy, thrown);
    }
}
