package io.outboxrelay.bench.stage;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What the outbox and its database look like before the measured events are written. */
public enum DatabaseState {
    /** An empty table. */
    PLAIN,
    /** {@value #DEAD_ROWS_COUNT} dead rows at the head, which a reader's open snapshot keeps from being pruned. */
    HELD_HORIZON,
    /** The same, behind a row of a transaction that stays open. */
    OPEN_WRITER,
    /** The same dead rows, with nobody who keeps them, and nobody who removes them but who happens to read the page. */
    DEAD_ROWS;

    static final int DEAD_ROWS_COUNT = 300_000;

    private static final String SNAPSHOT =
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ; BEGIN; SELECT count(*) FROM outbox";
    private static final String WRITE = "BEGIN; INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)"
            + " VALUES (gen_random_uuid(), 'order', 'of the open writer', 'OrderPaid', '{}')";
    private static final String LEAVE_DEAD_ROWS = """
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload)
              SELECT gen_random_uuid(), 'order', 'order-' || i, 'OrderPaid',
                     jsonb_build_object('n', i, 'comment', repeat(md5(i::text), 5))
                FROM generate_series(1, %d) i;
            DELETE FROM outbox WHERE aggregateid <> 'of the open writer';
            """.formatted(DEAD_ROWS_COUNT);

    /** As it is written on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * What {@code --state} asks for.
     *
     * @throws UsageException when there is no such state
     */
    public static DatabaseState in(Arguments given) throws UsageException {
        List<String> words = Stream.of(values()).map(DatabaseState::word).toList();
        return values()[words.indexOf(given.choice("--state", words))];
    }

    /** Empties the outbox and puts it into this state, which lasts until what is returned is closed. */
    public Hold enter(Servers servers) throws SQLException {
        servers.execute("TRUNCATE outbox");
        if (this == PLAIN) {
            return () -> {};
        }
        // Whatever would remove the dead rows while it is measured, in one run and not in the next.
        servers.execute("ALTER TABLE outbox SET (autovacuum_enabled = off)");
        Hold hold = this == DEAD_ROWS ? () -> {} : held(servers, this == OPEN_WRITER ? WRITE : SNAPSHOT);
        servers.execute(LEAVE_DEAD_ROWS);
        return hold;
    }

    private static Hold held(Servers servers, String sql) throws SQLException {
        Connection connection = servers.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            return connection::close;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** A state while it lasts. */
    public interface Hold extends AutoCloseable {
        @Override
        void close() throws SQLException;
    }
}
