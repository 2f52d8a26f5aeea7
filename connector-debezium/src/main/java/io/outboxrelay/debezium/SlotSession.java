package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.decode.PostgresRendering;
import io.outboxrelay.debezium.decode.PostgresRendering.ColumnType;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.Problem;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamGuard;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.outbox.OutboxColumns;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt's connection beside the replication stream, and what the relay itself keeps of the slot. Used by the source's thread;
 * the connection passes to the watch once the stream runs.
 */
final class SlotSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SlotSession.class);

    private static final String STREAMER =
            "SELECT a.pid, a.backend_start::text FROM pg_replication_slots s JOIN pg_stat_activity a ON a.pid = s.active_pid"
                    + " WHERE s.slot_name = ?";

    /** Waits until the process has let go of the slot, so that the next look does not take it for another relay's. */
    private static final String END = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ?"
            + " AND backend_start = ?::timestamptz";

    /** By the catalog, which every role may read, and not by a cast to regclass, which takes USAGE on the schema. */
    private static final String COLUMN_TYPES = """
            WITH RECURSIVE c AS (
              SELECT a.attname, t.typname, t.oid FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
               WHERE a.attrelid = (SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                       WHERE c.relname = ? AND CASE WHEN ?::text IS NULL THEN pg_table_is_visible(c.oid) ELSE n.nspname = ? END)
                 AND a.attnum > 0 AND NOT a.attisdropped AND a.attname = ANY(?)),
            b AS (SELECT c.attname, c.typname, c.oid FROM c
                  UNION ALL SELECT b.attname, b.typname, t.typbasetype FROM b JOIN pg_type t ON t.oid = b.oid AND t.typtype = 'd')
            SELECT b.attname, b.typname, CASE t.typtype WHEN 'e' THEN 'enum' ELSE t.typname END
              FROM b JOIN pg_type t ON t.oid = b.oid AND t.typtype <> 'd'""";

    private final ConnectionSettings settings;
    private final SlotRequest request;
    private final Supplier<StateStore> stores;
    private final LogLineage lineage;
    private @Nullable StateStore store;
    private @Nullable Connection connection;
    private @Nullable Begun begun;
    private @Nullable StreamWatch watch;

    /**
     * Of an attempt that has not begun.
     *
     * @param stores opens what is kept; closed with this
     */
    SlotSession(DebeziumSettings settings, OutboxColumns columns, Supplier<StateStore> stores, LogLineage lineage) {
        this.settings = settings.connection();
        this.request = request(settings, columns);
        this.stores = stores;
        this.lineage = lineage;
    }

    /** What the settings say, to be held against the database. */
    static SlotRequest request(DebeziumSettings settings, OutboxColumns columns) {
        PostgresLog log = (PostgresLog) settings.log();
        if (!(settings.outbox() instanceof TableOutbox outbox)) {
            return new SlotRequest(log.slot(), log.publication(), null, List.of(), log.failover());
        }
        Set<String> read = new LinkedHashSet<>(List.of(outbox.id(), outbox.key(), outbox.payload()));
        read.addAll(columns.names());
        return new SlotRequest(
                log.slot(), log.publication(), TableName.parse(outbox.table()), List.copyOf(read), log.failover());
    }

    private record Begun(StreamGuard guard, StoredPosition stored, StreamPosition at) {}

    void checkBeforeStart() {
        Connection made = new PostgresConnections(settings).open();
        connection = made;
        endPredecessor(made);
        StreamGuard guard = new StreamGuard(made, settings, request);
        guard.refuseWhileHeld();
        StoredPosition stored = stored(made);
        StreamPosition at = beginning(guard, stored);
        while (at == null) {
            StoredPosition again = stored(made);
            at = Objects.equals(again.position(), stored.position())
                    ? guard.beforeStart(again.position())
                    : beginning(guard, again);
            stored = again;
        }
        stored.store(at);
        begun = new Begun(guard, stored, at);
    }

    /** Null where the position seems lost: another relay may have come, stored, told the slot and gone since the store was read. */
    private static @Nullable StreamPosition beginning(StreamGuard guard, StoredPosition stored) {
        try {
            return guard.beforeStart(stored.position());
        } catch (RelayException e) {
            if (e.failure().kind() == FailureKind.POSITION_LOST) {
                return null;
            }
            throw e;
        }
    }

    /** Reads the store, again if it was read before. */
    private StoredPosition stored(Connection through) {
        if (store != null) {
            store.close();
        }
        StateStore opened = stores.get();
        store = opened;
        return new StoredPosition(opened, database(through), request.slot());
    }

    /**
     * The types of the columns that are read, as they are now.
     *
     * @throws RelayException MISCONFIGURED when some of them cannot be read from the log
     */
    Map<String, ColumnType> columnTypes() {
        TableName table = Objects.requireNonNull(request.table());
        Connection through = Objects.requireNonNull(connection);
        Map<String, ColumnType> types = new HashMap<>();
        try (PreparedStatement statement = through.prepareStatement(COLUMN_TYPES)) {
            statement.setString(1, table.table());
            statement.setString(2, table.schema());
            statement.setString(3, table.schema());
            statement.setArray(
                    4, through.createArrayOf("text", request.columns().toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    types.put(row.getString(1), new ColumnType(row.getString(2), row.getString(3)));
                }
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
        List<Problem> problems = PostgresRendering.problems(types);
        if (!problems.isEmpty()) {
            throw new RelayException(new Failure(FailureKind.MISCONFIGURED, problems, null));
        }
        return types;
    }

    /** Whether rows that stand in the log under an earlier name of the table are read too. */
    boolean takesEveryTable() {
        return ReadTables.everyTable(Objects.requireNonNull(connection), settings, request.table());
    }

    private String database(Connection through) {
        try {
            return through.getCatalog();
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    /**
     * Whether the relay's own stream holds the slot, which is still the one that it was.
     *
     * @param heard whether the connector has delivered anything since this was last asked
     */
    boolean isStarted(boolean heard) {
        return begun().guard().isStarted(begun().at(), heard);
    }

    /** From now on the slot is looked at by a thread of its own. */
    void watch(StreamHealth health, DebeziumSettings.Reading reading) {
        Connection passed = Objects.requireNonNull(connection);
        int own = Objects.requireNonNull(begun().guard().streaming(), "started");
        LogLineage.Streamer streamer = streamerOrNull(passed);
        // Only ever the relay's own: it is what the next attempt may end. Gone since it was seen, the watch will say
        // so.
        if (streamer != null && streamer.pid() == own) {
            lineage.streamedBy(streamer);
        }
        StreamWatch started = new StreamWatch(
                new StreamWatch.Watched(passed, settings, begun().guard(), begun().stored(), own),
                health,
                lineage,
                reading);
        watch = started;
        started.start();
    }

    void throwIfLost() {
        if (watch != null) {
            watch.throwIfLost();
        }
    }

    /** Everything that committed before this is settled. Durable on return. */
    void store(long lsn) {
        StreamPosition stored = Objects.requireNonNull(begun().stored().position());
        if (Long.compareUnsigned(lsn, stored.lsn()) > 0) {
            begun().stored().store(stored.at(lsn));
        }
    }

    /** The server may take the relay's own last stream for alive much longer than the relay does: it would stand by for itself. */
    private void endPredecessor(Connection through) {
        LogLineage.Streamer predecessor = lineage.predecessor();
        if (predecessor == null || !predecessor.equals(streamerOrNull(through))) {
            return;
        }
        try (PreparedStatement statement = through.prepareStatement(END)) {
            statement.setInt(1, predecessor.pid());
            statement.setString(2, predecessor.startedAt());
            statement.execute();
            LOG.info("ended the relay's own previous stream, which the server still took for alive");
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    private LogLineage.@Nullable Streamer streamerOrNull(Connection through) {
        try (PreparedStatement statement = through.prepareStatement(STREAMER)) {
            statement.setString(1, request.slot());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new LogLineage.Streamer(row.getInt(1), row.getString(2)) : null;
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings));
        }
    }

    private Begun begun() {
        return Objects.requireNonNull(begun, "checked before the start");
    }

    @Override
    public void close() {
        if (watch != null) {
            watch.end();
        }
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                LOG.debug("the connection beside the stream did not close in good order", e);
            }
        }
        if (store != null) {
            store.close();
        }
    }
}
