package io.outboxrelay.bench.stage;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** How the relay reads the outbox. */
public enum SourceKind {
    /** By ordinary SQL. */
    POLLING("-Xmx128m"),
    /** From the database's log, through Debezium. */
    DEBEZIUM("-Xmx192m");

    /** Of the slot and of the publication. */
    public static final String SLOT = "outbox_relay";

    private static final Duration RELEASE_MAX = Duration.ofSeconds(20);
    private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
    private static final String HELD = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE active";
    private static final String ANEW = """
            DROP PUBLICATION IF EXISTS %1$s;
            CREATE PUBLICATION %1$s FOR TABLE outbox WITH (publish = 'insert');
            ALTER ROLE outbox_relay REPLICATION;
            """.formatted(SLOT);

    private final String heap;

    SourceKind(String heap) {
        this.heap = heap;
    }

    /** As in the relay's settings, and on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What the relay is promised to get by with, as an option of the JVM. */
    public String heap() {
        return heap;
    }

    /**
     * What {@code --source} asks for.
     *
     * @throws UsageException when there is no such kind
     */
    public static SourceKind in(Arguments given) throws UsageException {
        return valueOf(given.choice(
                        "--source", Stream.of(values()).map(SourceKind::word).toList())
                .toUpperCase(Locale.ROOT));
    }

    /** What the database must be set to. */
    public Map<String, String> databaseSettings() {
        return this == POLLING ? Map.of() : Map.of("wal_level", "logical");
    }

    /** To be called before events are written: the log is read from here on, by nobody else. */
    public void begin(Servers servers) throws SQLException {
        if (this == POLLING) {
            return;
        }
        long begunNanos = System.nanoTime();
        try (Connection connection = servers.connect();
                Statement statement = connection.createStatement()) {
            while (isHeld(statement)) {
                if (System.nanoTime() - begunNanos > RELEASE_MAX.toNanos()) {
                    throw new BenchFailure(
                            "a slot is still in use " + RELEASE_MAX.toSeconds() + " s after its reader ended");
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
        // Each by itself: a slot is not made in a transaction that has written something.
        servers.execute("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots");
        servers.execute(ANEW);
        servers.execute("SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
    }

    private static boolean isHeld(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(HELD)) {
            return row.next();
        }
    }
}
