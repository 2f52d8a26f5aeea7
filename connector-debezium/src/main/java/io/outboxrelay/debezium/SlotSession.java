package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.decode.PostgresRendering.ColumnType;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import io.outboxrelay.jdbc.TableName;
import io.outboxrelay.jdbc.slot.FirstStart;
import io.outboxrelay.jdbc.slot.SlotRequest;
import io.outboxrelay.jdbc.slot.StreamGuard;
import io.outboxrelay.jdbc.slot.StreamIdentity;
import io.outboxrelay.jdbc.slot.StreamPosition;
import io.outboxrelay.outbox.OutboxColumns;
import java.sql.Connection;
import java.sql.SQLException;
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
final class SlotSession implements PostgresStream.Slot, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SlotSession.class);

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
                log.slot(),
                log.publication(),
                TableName.parse(outbox.table()),
                List.copyOf(read),
                log.failover(),
                outbox.deleting() == null ? null : outbox.id());
    }

    private record Begun(StreamGuard guard, StoredPosition stored, StreamPosition at) {}

    void checkBeforeStart() {
        Connection made = new PostgresConnections(settings).open();
        connection = made;
        new SlotStreamer(made, settings, request.slot()).end(lineage.predecessor());
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
        new FirstStart(made, settings, request).refuse(guard.look(), stored.position());
        if (stored.position() == null) {
            LOG.info(
                    "nothing is stored of slot {}: this is a first start, and reads what committed behind {}, where the slot stands",
                    request.slot(),
                    StreamPosition.shown(at.lsn()));
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
        return ColumnTypes.of(
                Objects.requireNonNull(connection),
                settings,
                Objects.requireNonNull(request.table()),
                request.columns());
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

    /**
     * From now on the slot is looked at by a thread of its own.
     *
     * @throws RelayException POSITION_LOST or TRANSIENT where what is stored was changed before the relay's own stream held the slot
     */
    void watch(StreamHealth health, DebeziumSettings.Reading reading) {
        Connection passed = Objects.requireNonNull(connection);
        readAgain(passed);
        int own = Objects.requireNonNull(begun().guard().streaming(), "started");
        SlotStreamer.Backend streamer = new SlotStreamer(passed, settings, request.slot()).backend();
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

    /**
     * A repair may have begun since the store was read, and the slot be its own. From now on none can drop the slot, as the relay's own
     * stream holds it: so one that has not begun by now changes nothing.
     */
    private void readAgain(Connection through) {
        Begun before = begun();
        StoredPosition again = stored(through);
        if (!before.at().equals(again.position())) {
            throw new RelayException(
                    FailureKind.TRANSIENT,
                    "what is stored of slot " + request.slot() + " was changed meanwhile",
                    "nothing; the relay starts over");
        }
        begun = new Begun(before.guard(), again, before.at());
    }

    @Override
    public void throwIfLost() {
        if (watch != null) {
            watch.throwIfLost();
        }
    }

    @Override
    public void store(long lsn) {
        StreamPosition stored = Objects.requireNonNull(begun().stored().position());
        if (Long.compareUnsigned(lsn, stored.lsn()) > 0) {
            begun().stored().store(stored.at(lsn));
        }
    }

    /** Of the stream that was checked, see {@link StreamIdentity}; any thread, once it has begun. */
    String identity() {
        return StreamIdentity.of(begun().at());
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
