package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.MySqlLog;
import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a reader of MySQL's log must not forget: how far it got, on which server, and how the table's columns were then. MySQL keeps
 * none of it for its readers. Safe to use from any thread.
 */
public final class MySqlState {

    private static final String VERSION = "1";
    private static final String POSITION = "/mysql/position";
    private static final String COLUMNS = "/mysql/columns/";
    private static final String REPAIR = "/mysql/repair";

    private final StateStore store;
    private final String name;
    private final String position;
    private final String history;

    /** @param name of the pipeline: the keys in the store begin with it */
    public MySqlState(StateStore store, String name) {
        this.store = store;
        this.name = name;
        this.position = name + POSITION;
        this.history = name + COLUMNS;
    }

    /** Of what these settings read, for one relay. */
    public static String name(DebeziumSettings settings) {
        MySqlTable table = MySqlTable.of((TableOutbox) settings.outbox(), settings.connection());
        String pipeline = ((MySqlLog) settings.log()).pipeline();
        return pipeline.isEmpty() ? table.toString() : pipeline + '/' + table;
    }

    /**
     * How far a server's log was read.
     *
     * @param serverUuid the server's own identity
     * @param fileBegins what tells the mark's file from another of that name, see {@link MySqlLogFiles#beginning}; null where nobody
     *     knows
     */
    public record Place(
            MySqlMark mark, String serverUuid, @Nullable String fileBegins) {

        public Place(MySqlMark mark, String serverUuid) {
            this(mark, serverUuid, null);
        }

        /** The same for a server that numbers transactions no longer: then only the file counts. */
        public Place asCountedBy(Map<String, String> variables) {
            return "ON".equals(variables.get("gtid_mode")) || mark.gtids() == null
                    ? this
                    : new Place(new MySqlMark(null, mark.file(), mark.position()), serverUuid, fileBegins);
        }
    }

    /** The note of a repair of what is stored under this name. */
    public static RepairMark repairOf(String name) {
        return new RepairMark(name + POSITION, name + REPAIR);
    }

    /**
     * Where reading goes on; null when nothing was stored yet.
     *
     * @throws RelayException POSITION_LOST when it cannot be read, or a repair has not ended
     */
    @Nullable
    Place place() {
        return place(store.values(), name);
    }

    /** The same of what stands in a store, beside a relay that may be at work. */
    static @Nullable Place place(SortedMap<String, String> values, String name) {
        repairOf(name).refuseIfStandingIn(values);
        Place place = beforeRepair(values, name + POSITION);
        if (place != null && !knowsColumns(values, name)) {
            throw new RelayException(
                    FailureKind.POSITION_LOST,
                    "the place " + place.mark() + " is stored, and no longer how the table's columns were there",
                    "bring back what the store lost" + MySqlChecks.GO_ON);
        }
        return place;
    }

    /**
     * The same for a repair, which may be the one that has not ended.
     *
     * @param position the key that it stands under, see {@link RepairMark#key}
     */
    public static @Nullable Place beforeRepair(SortedMap<String, String> values, String position) {
        String stored = values.get(position);
        if (stored == null) {
            return null;
        }
        Map<String, String> fields = new TreeMap<>();
        stored.lines().forEach(line -> {
            int equals = line.indexOf('=');
            fields.put(line.substring(0, Math.max(0, equals)), line.substring(equals + 1));
        });
        try {
            if (VERSION.equals(fields.get("version"))) {
                MySqlMark mark = new MySqlMark(
                        fields.get("gtids"), required(fields, "file"), Long.parseLong(required(fields, "position")));
                return new Place(mark, required(fields, "server_uuid"), fields.get("file_begins"));
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new RelayException(
                FailureKind.POSITION_LOST,
                "the stored position under " + position + " cannot be read: another version of the relay wrote it",
                "run that version");
    }

    private static String required(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new NumberFormatException(name);
        }
        return value;
    }

    /** Stores how far everything is settled; durable on return. */
    public void settled(Place place) {
        store.put(position, text(place));
    }

    /** A place as it is stored. */
    public static String text(Place place) {
        MySqlMark mark = place.mark();
        return "version=" + VERSION + "\nserver_uuid=" + place.serverUuid()
                + "\nfile=" + mark.file() + "\nposition=" + mark.position()
                + (mark.gtids() == null ? "" : "\ngtids=" + mark.gtids())
                + (place.fileBegins() == null ? "" : "\nfile_begins=" + place.fileBegins());
    }

    /** The tables of a server that something is stored of, whatever the relay's name was. */
    List<MySqlTable> tablesOf(String serverUuid) {
        List<MySqlTable> tables = new ArrayList<>();
        store.values().forEach((key, value) -> {
            if (key.endsWith(POSITION) && value.contains("server_uuid=" + serverUuid + "\n")) {
                String name = key.substring(0, key.length() - POSITION.length());
                String table = name.substring(name.indexOf('/') + 1);
                int dot = table.indexOf('.');
                if (dot > 0) {
                    tables.add(new MySqlTable(table.substring(0, dot), table.substring(dot + 1)));
                }
            }
        });
        return tables;
    }

    /** What was recorded of the columns, oldest first, by the keys that it stands under. */
    SortedMap<String, String> columns() {
        return columns(store.values(), history);
    }

    /** Whether anything was recorded of them. */
    public static boolean knowsColumns(SortedMap<String, String> values, String name) {
        return !columns(values, name + COLUMNS).isEmpty();
    }

    private static SortedMap<String, String> columns(SortedMap<String, String> values, String history) {
        return values.subMap(history, history + Character.MAX_VALUE);
    }

    /** Forgets what was recorded of the columns, whose log is given up, and records how they are made; durable on return. */
    public synchronized void begunAnew(String columns) {
        forget(List.copyOf(columns().keySet()));
        changed(columns);
    }

    /** Forgets some of what was recorded of the columns, the latest first; durable on return. */
    synchronized void forget(List<String> keys) {
        for (int i = keys.size() - 1; i >= 0; i--) {
            store.remove(keys.get(i));
        }
    }

    /** Records a change of columns behind those that were recorded; durable on return. */
    synchronized void changed(String columns) {
        SortedMap<String, String> recorded = columns();
        int next =
                recorded.isEmpty() ? 0 : 1 + Integer.parseInt(recorded.lastKey().substring(history.length()));
        store.put(history + String.format(Locale.ROOT, "%08d", next), columns);
    }
}
