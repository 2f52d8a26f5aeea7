package io.outboxrelay.demo;

import io.outboxrelay.testkit.CommittedHistory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;

/**
 * Asks the replication slot how far the log was published. Rows stay where they are, so what waits is reckoned: from how many
 * events had been committed when the log was as long as it is confirmed now. Belongs to one thread.
 */
final class SlotProbe implements OutboxProbe {
    private static final String LOOK = "SELECT pg_current_wal_insert_lsn() - '0/0', confirmed_flush_lsn - '0/0'"
            + " FROM pg_replication_slots WHERE slot_name = '" + Servers.SLOT + "'";

    private final Connection connection;
    /** Of looks at the log that are not confirmed yet, and of the last one that is. */
    private final ArrayDeque<Moment> moments = new ArrayDeque<>();

    private long greetedAt;

    private record Look(long written, long confirmed) {}

    /** By the time that the log had been written up to here, so many events had been committed, or more. */
    private record Moment(long written, long events, long atNanos) {}

    private SlotProbe(Connection connection) {
        this.connection = connection;
    }

    static SlotProbe connected(Servers servers) throws SQLException {
        return new SlotProbe(DriverManager.getConnection(servers.shop().url() + "&socketTimeout=30"));
    }

    @Override
    public void greet() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(OutboxProbe.greeting("gen_random_uuid()"));
        }
        greetedAt = look().written();
    }

    @Override
    public boolean isEmpty() throws SQLException {
        return look().confirmed() >= greetedAt;
    }

    @Override
    public Snapshot.Pending pending(CommittedHistory history) throws SQLException {
        long events = history.committedCount();
        long nowNanos = System.nanoTime();
        Look look = look();
        if (moments.isEmpty() || events > moments.getLast().events()) {
            moments.addLast(new Moment(look.written(), events, nowNanos));
        }
        Moment confirmed = new Moment(0, 0, moments.getFirst().atNanos());
        while (!moments.isEmpty() && moments.getFirst().written() <= look.confirmed()) {
            confirmed = moments.removeFirst();
        }
        moments.addFirst(confirmed);
        long waiting = events - confirmed.events();
        return new Snapshot.Pending(
                waiting, waiting == 0 ? Duration.ZERO : Duration.ofNanos(nowNanos - confirmed.atNanos()));
    }

    private Look look() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LOOK)) {
            if (!row.next()) {
                throw new DemoFailure("the replication slot " + Servers.SLOT + " is gone");
            }
            return new Look(row.getLong(1), row.getLong(2));
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
