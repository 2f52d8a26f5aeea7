package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.EmbeddedDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Writers at work all the time, each with a key of its own, in transactions of one to three rows, some of which roll back. */
final class KeyedWriters implements AutoCloseable {

    private static final int WRITERS = 3;

    /** The machine has other work too. */
    private static final long PAUSE_NANOS = 500_000;

    private final List<List<String>> committed = new ArrayList<>();
    private final AtomicInteger count = new AtomicInteger();
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    private final List<Future<?>> ends = new ArrayList<>();
    private volatile boolean ending;

    /** Opens one. */
    interface Sessions {
        Connection open() throws SQLException;
    }

    KeyedWriters(EmbeddedDatabase database, String table) {
        this(database::connect, table);
    }

    KeyedWriters(Sessions sessions, String table) {
        for (int writer = 0; writer < WRITERS; writer++) {
            List<String> mine = Collections.synchronizedList(new ArrayList<>());
            committed.add(mine);
            String key = "w" + writer;
            ends.add(threads.submit(() -> write(sessions, table, key, mine)));
        }
    }

    private Void write(Sessions sessions, String table, String key, List<String> mine) throws SQLException {
        try (Connection connection = sessions.open();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int transaction = 0; !ending; transaction++) {
                LockSupport.parkNanos(PAUSE_NANOS);
                List<String> ids = new ArrayList<>();
                for (int row = 0; row <= transaction % 3; row++) {
                    String id = key + "-" + transaction + "-" + row;
                    statement.execute("INSERT INTO " + table + " (id, aggregateid, payload) VALUES ('" + id + "', '"
                            + key + "', 'of " + id + "')");
                    ids.add(id);
                }
                if (transaction % 7 == 3) {
                    connection.rollback();
                } else {
                    connection.commit();
                    mine.addAll(ids);
                    count.addAndGet(ids.size());
                }
            }
            return null;
        }
    }

    /** Waits until so many rows more were committed. */
    KeyedWriters awaitMore(int rows) {
        int from = count.get();
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> count.get() >= from + rows);
        return this;
    }

    /** Ends them; what they committed is known then. */
    @Override
    public void close() {
        ending = true;
        threads.shutdown();
        for (Future<?> end : ends) {
            try {
                end.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException("a writer failed", e);
            }
        }
    }

    /** Everything that was committed is there, each once, and each key's in the order in which it was committed. */
    void assertOnceInOrder(List<String> published) {
        assertThat(published).as("nothing overlaps").doesNotHaveDuplicates();
        for (List<String> key : committed) {
            String prefix = key.get(0).substring(0, 2);
            assertThat(published.stream().filter(id -> id.startsWith(prefix)).toList())
                    .as("lost, phantom or out of order")
                    .isEqualTo(key);
        }
    }
}
