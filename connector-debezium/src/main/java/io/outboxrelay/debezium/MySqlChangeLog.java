package io.outboxrelay.debezium;

import static io.outboxrelay.failure.FailureKind.TRANSIENT;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.decode.EventDecoder;
import io.outboxrelay.debezium.decode.MySqlRendering;
import io.outboxrelay.debezium.decode.RowDecoder;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.OutboxColumns;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * MySQL's log. The server keeps no place for its readers, so the relay stores its own: always one between two transactions, in front of
 * the first that is not settled as a whole. From there the server sends every transaction, whole. What Debezium would do, which is to
 * count the events and rows of a transaction that were seen, and skip as many, is not used.
 *
 * <p>The first start begins at the end of the log, and stores that, with the columns of then, before anything is read.
 */
final class MySqlChangeLog implements ChangeLog {

    private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

    /** What the reader of the log has to say comes as exceptions. Held, because loggers are forgotten when nobody holds them. */
    private static final Logger READER_LOG = Logger.getLogger("com.github.shyiko.mysql.binlog");

    static {
        READER_LOG.setLevel(Level.OFF);
    }

    private final DebeziumSettings settings;
    private final OutboxColumns columns;
    private final Supplier<StateStore> stores;
    private final String attempt;
    private final BooleanSupplier ending;
    private final MySqlTable table;
    private final String name;
    private final MySqlSession session;
    private final MySqlChecks checks;
    private @Nullable StateStore store;
    private @Nullable ConnectorTask task;
    private @Nullable LoggedStatements statements;

    /**
     * The log as it will be read.
     *
     * @param columns what routing asks for
     * @param stores opens what MySQL does not keep for its readers, for this attempt
     * @param attempt tells attempts of this process apart: no name may be used twice
     * @param ending whether the attempt was given up; any thread may say so
     */
    MySqlChangeLog(
            DebeziumSettings settings,
            OutboxColumns columns,
            Supplier<StateStore> stores,
            String attempt,
            BooleanSupplier ending) {
        this.settings = settings;
        this.columns = columns;
        this.stores = stores;
        this.attempt = attempt;
        this.ending = ending;
        this.table = MySqlTable.of((TableOutbox) settings.outbox(), settings.connection());
        this.name = MySqlState.name(settings);
        this.session = new MySqlSession(settings.connection(), name);
        this.checks = new MySqlChecks(session, table);
    }

    @Override
    public LogStream start() {
        session.open();
        Map<String, String> variables = session.variables();
        checks.checkServer(variables);
        checks.checkLogged();
        StateStore opened = stores.get();
        store = opened;
        MySqlState state = new MySqlState(opened, name);
        MySqlState.Place stored = state.place();
        MySqlState.Place from = stored == null ? begin(state, variables) : stored.asCountedBy(variables);
        // Asked anew: while others write, the end of the log is behind what the server had done when it was first
        // asked.
        checks.checkCovers(from, session.variables());
        ToldOffsets offsets = new ToldOffsets();
        offsets.tell(from.mark().offset());
        KnownTables known = new KnownTables(table);
        ColumnHistory.keep(attempt, new ColumnHistory.Kept(state, from.mark(), known));
        boolean byFile = from.mark().gtids() == null;
        ConnectorTask starting = ConnectorTask.of(
                queue -> QueuedTasks.mySql(queue, known::check),
                MySqlProperties.of(settings, attempt, byFile),
                settings.reading().bytesMax(),
                offsets);
        task = starting;
        LoggedStatements met = LoggedStatements.of(attempt, table);
        statements = met;
        List<SourceRecord> ahead = firstWord(starting);
        // After a failover with numbered transactions, the server that is read from now on is another.
        String uuid = variables.getOrDefault("server_uuid", "");
        return new MySqlStream(
                new MySqlStream.Started(starting, ahead, state, new MySqlState.Place(from.mark(), uuid), met),
                session,
                checks,
                decoder(),
                settings);
    }

    /** Starts; the server's first word shows that it sends from where it was asked to, and its refusals come out here. */
    private List<SourceRecord> firstWord(ConnectorTask starting) {
        Duration within = settings.reading().startWithin();
        long deadline = System.nanoTime() + within.toNanos();
        try {
            starting.start(within);
            List<SourceRecord> ahead = new ArrayList<>(starting.poll());
            while (ahead.isEmpty()) {
                if (System.nanoTime() - deadline >= 0) {
                    throw new RelayException(
                            TRANSIENT,
                            "Debezium has not begun to read the log within " + within.toSeconds() + " s",
                            "see whether the server is overloaded; the relay starts over");
                }
                ahead.addAll(starting.poll());
            }
            starting.streams();
            return ahead;
        } catch (ConnectorFailure e) {
            throw new RelayException(MySqlStream.classified(e.getCause(), settings.connection()));
        }
    }

    /** The end of the log, and the columns that the table has there. */
    private MySqlState.Place begin(MySqlState state, Map<String, String> variables) {
        checks.checkNotRenamed(state.tablesOf(variables.getOrDefault("server_uuid", "")));
        MySqlBeginning.Begun found = new MySqlBeginning(session, table, ending).find(variables);
        MySqlMark end = found.end();
        MySqlState.Place begun = new MySqlState.Place(
                end, variables.getOrDefault("server_uuid", ""), new MySqlLogFiles(session).beginning(end.file()));
        // Columns that are stored without a place, because something failed between the two, are of before this one.
        state.begunAnew(ColumnHistory.made(found.end(), table.database(), found.columns()));
        state.settled(begun);
        return begun;
    }

    private EventDecoder decoder() {
        TableOutbox outbox = (TableOutbox) settings.outbox();
        RowDecoder.Names names = new RowDecoder.Names(outbox.id(), outbox.key(), outbox.payload());
        return new RowDecoder(names, columns, new MySqlRendering());
    }

    @Override
    public void close() {
        try {
            if (task != null) {
                task.stop(STOP_WITHIN);
            }
        } finally {
            ColumnHistory.forget(attempt);
            if (statements != null) {
                statements.forget();
            }
            session.close();
            if (store != null) {
                store.close();
            }
        }
    }
}
