package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.testkit.MySqlServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Readers that die at random, with anything from nothing to all of what they delivered settled, while writers commit and roll back
 * transactions of one row and of many, and the log changes its files. Nothing is lost, nothing made up, and each key's events come in
 * order, again only as a whole run.
 */
class MySqlRestartsIT {

    private static final int WRITERS = 4;
    private static final int KEYS = 6;
    private static final int TRANSACTIONS_EACH = 120;
    private static final int READERS_MAX = 400;
    private static final long BOUND_NANOS = TimeUnit.SECONDS.toNanos(90);

    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(names = {"NEWEST_BY_GTID", "EIGHT_BY_FILE"})
    void a_reader_that_dies_at_any_moment_loses_nothing_and_keeps_the_order(MySqlOutbox.Kind kind) throws Exception {
        assumeTrue(kind.programs.isThere(), kind.programs.whyNot());
        long seed = Long.getLong("outboxrelay.seed", System.nanoTime());
        try (MySqlServer server = kind.start()) {
            MySqlOutbox outbox = MySqlOutbox.standard(server, directory);
            server.execute("CREATE TABLE shop.versions (k INT PRIMARY KEY, version INT NOT NULL);");
            for (int key = 0; key < KEYS; key++) {
                server.execute("INSERT INTO shop.versions VALUES (" + key + ", 0)");
            }
            outbox.consumer().awaitOpen().close();
            List<OutboxRecord> delivered = new ArrayList<>();
            ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
            try {
                List<Future<?>> writing = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    Random random = new Random(seed + writer);
                    writing.add(writers.submit(() -> write(outbox, random)));
                }
                readAndDie(outbox, new Random(seed), writing, delivered);
            } finally {
                writers.shutdownNow();
            }
            assertThat(problems(committed(server), delivered))
                    .as("seed %s", seed)
                    .isEmpty();
        }
    }

    private static Object write(MySqlOutbox outbox, Random random) throws SQLException {
        try (Connection connection = outbox.server.connect("shop");
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < TRANSACTIONS_EACH; i++) {
                int rows = random.nextInt(10) == 0 ? 60 : 1 + random.nextInt(3);
                int key = random.nextInt(KEYS);
                statement.execute("SELECT version FROM versions WHERE k = " + key + " FOR UPDATE");
                for (int row = 0; row < rows; row++) {
                    statement.execute("UPDATE versions SET version = version + 1 WHERE k = " + key);
                    statement.execute("INSERT INTO " + outbox.table
                            + " (id, aggregateid, payload) SELECT CONCAT(k, '-', version)," + " k, REPEAT('x', "
                            + random.nextInt(300) + ") FROM versions WHERE k = " + key);
                }
                if (random.nextInt(5) == 0) {
                    connection.rollback();
                } else {
                    connection.commit();
                }
                if (random.nextInt(60) == 0) {
                    outbox.server.execute("FLUSH BINARY LOGS");
                }
            }
        }
        return outbox;
    }

    private static void readAndDie(
            MySqlOutbox outbox, Random random, List<Future<?>> writing, List<OutboxRecord> delivered) throws Exception {
        long deadline = System.nanoTime() + BOUND_NANOS;
        for (int reader = 0; reader < READERS_MAX && !isOver(writing); reader++) {
            // Some die before the log is open, some when they have delivered so much.
            int most = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(400);
            read(outbox, random, delivered, taken -> taken >= most || isOver(writing));
            assertThat(System.nanoTime() - deadline)
                    .as("within %d ns, with %d delivered", BOUND_NANOS, delivered.size())
                    .isNegative();
        }
        for (Future<?> writer : writing) {
            writer.get();
        }
        Map<String, Integer> committed = committed(outbox.server);
        long lastDeadline = System.nanoTime() + BOUND_NANOS;
        while (!isWhole(committed, delivered) && System.nanoTime() - lastDeadline < 0) {
            read(
                    outbox,
                    random,
                    delivered,
                    taken -> isWhole(committed, delivered) || System.nanoTime() - lastDeadline >= 0);
        }
    }

    private static boolean isOver(List<Future<?>> writing) {
        return writing.stream().allMatch(Future::isDone);
    }

    /** One reader, until it dies; what it was told to have been published is anything in front of what it delivered. */
    private static void read(MySqlOutbox outbox, Random random, List<OutboxRecord> delivered, IntPredicate dies) {
        OutboxSource source = outbox.source(outbox.settings());
        source.open(() -> {});
        try {
            List<Entry> entries = new ArrayList<>();
            int taken = 0;
            while (!dies.test(taken)) {
                for (Entry entry : source.poll(1 + random.nextInt(200), 1 << 20).entries()) {
                    entries.add(entry);
                    if (entry instanceof OutboxRecord record) {
                        delivered.add(record);
                        taken++;
                    }
                }
                if (!entries.isEmpty() && random.nextInt(3) == 0) {
                    int settled = random.nextInt(entries.size());
                    source.commit(entries.get(settled).position());
                    entries.subList(0, settled + 1).clear();
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(4)));
            }
        } catch (RelayException e) {
            // What the server's own outage would be; the next reader goes on.
        } finally {
            source.close();
        }
    }

    private static Map<String, Integer> committed(MySqlServer server) throws SQLException {
        Map<String, Integer> versions = new HashMap<>();
        try (Connection connection = server.connect("shop");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT k, version FROM versions")) {
            while (rows.next()) {
                versions.put(rows.getString(1), rows.getInt(2));
            }
        }
        return versions;
    }

    /** Whether the last of each key that was delivered is the last that was committed. */
    private static boolean isWhole(Map<String, Integer> committed, List<OutboxRecord> delivered) {
        Set<String> seen = new HashSet<>();
        for (int i = delivered.size() - 1; i >= 0 && seen.size() < committed.size(); i--) {
            String key = new String(delivered.get(i).key(), StandardCharsets.UTF_8);
            if (seen.add(key) && version(delivered.get(i)) != committed.get(key)) {
                return false;
            }
        }
        return seen.size() == committed.size();
    }

    private static int version(OutboxRecord record) {
        return Integer.parseInt(record.id().substring(record.id().indexOf('-') + 1));
    }

    /** The versions of a key are 1, 2, 3 ... without a gap; a run that goes back goes on from there by one again. */
    private static List<String> problems(Map<String, Integer> committed, List<OutboxRecord> delivered) {
        List<String> problems = new ArrayList<>();
        Map<String, Integer> last = new HashMap<>();
        Map<String, Integer> highest = new HashMap<>();
        for (OutboxRecord record : delivered) {
            String key = new String(record.key(), StandardCharsets.UTF_8);
            int version = version(record);
            int before = last.getOrDefault(key, 0);
            if (version > before + 1) {
                problems.add("key " + key + " went from " + before + " to " + version);
            }
            last.put(key, version);
            highest.merge(key, version, Math::max);
        }
        committed.forEach((key, version) -> {
            if (!version.equals(highest.getOrDefault(key, 0)) || !version.equals(last.getOrDefault(key, 0))) {
                problems.add("key " + key + " committed " + version + ", delivered up to " + highest.get(key)
                        + ", last " + last.get(key));
            }
        });
        return problems;
    }
}
