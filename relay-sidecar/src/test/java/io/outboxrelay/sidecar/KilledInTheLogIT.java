package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.testkit.RelayProcess;
import io.outboxrelay.testkit.TopicReader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/**
 * The packaged relay, killed at the points of the log at which readers of it are known to have lost events; one relay after the other
 * over one log. Events are numbered in the order of their commits, and have one key.
 */
class KilledInTheLogIT {

    private static final int BACKLOG = 1_000;
    private static final int COPIED = 5_000;
    private static final int LARGE = 200_000;
    private static final String INSERT =
            "INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, slow) SELECT lpad(n::text, 32, '0')::uuid, 'order',"
                    + " 'k', 'T', '{}', 'simple' FROM generate_series(%d, %d) n";

    /** By a file of the server's. */
    private static final String COPY = """
            DO $$ DECLARE file text := current_setting('data_directory') || '/rows'; BEGIN
              EXECUTE format('COPY (SELECT lpad(n::text, 32, ''0'')::uuid, ''order'', ''k'', ''T'', ''{}'''
                || ' FROM generate_series(%d, %d) n) TO %%L', file);
              EXECUTE format('COPY outbox (id, aggregatetype, aggregateid, type, payload) FROM %%L', file);
            END $$""";

    /** Numbers, as the topic has them. */
    private final List<Integer> published = new ArrayList<>();

    private int committed;

    /** How often a relay was killed, or its stream ended. */
    private int ends;

    /** How many events stand in the topic, were they all there up to the last one. */
    private int reached;

    @Test
    void wherever_it_is_killed_nothing_is_lost_and_nothing_comes_out_of_order() throws Exception {
        try (Scene scene = Scene.withShop()) {
            // The server looks up the text of such a value while it decodes, in a catalog that can be held.
            scene.execute("ALTER TABLE outbox ADD COLUMN slow regconfig");
            scene.fromLog();
            // Some records to a request, and one request at a time: time enough to be killed in.
            scene.set("kafka.batch.size", "500")
                    .set("kafka.max.in.flight.requests.per.connection", "1")
                    .set("window.recordsMax", "100");
            try (TopicReader topic = TopicReader.ofPrefix(SharedServers.kafka().bootstrapServers(), scene.topic(""))) {
                beforeItsFirstEvent(scene, topic);
                inTheMiddleOfACopy(scene, topic);
                betweenInterleavedTransactions(scene, topic);
                whileNothingHappensAndRightAfterAMessage(scene, topic);
                scene.unset("kafka.batch.size", "kafka.max.in.flight.requests.per.connection", "window.recordsMax");
                inTheMiddleOfALargeTransaction(scene, topic);
            }
        }
        assertSound();
    }

    /** Until then Debezium names the end of the log as its place, behind the whole backlog. */
    private void beforeItsFirstEvent(Scene scene, TopicReader topic) throws Exception {
        insert(scene, BACKLOG);
        String confirmed = confirmed(scene);
        try (Connection holder = DriverManager.getConnection(scene.jdbcUrl());
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE pg_catalog.pg_ts_config IN ACCESS EXCLUSIVE MODE");
            RelayProcess relay = scene.startRunningRelay();
            assertThat(relay.endsWithin(Duration.ofMillis(700))).isFalse();
            relay.kill();
        }
        assertThat(confirmed(scene)).isEqualTo(confirmed);
        assertThat(read(topic)).isZero();
    }

    /** Behind the backlog; first it is the server that ends the stream, in the middle of it. */
    private void inTheMiddleOfACopy(Scene scene, TopicReader topic) throws Exception {
        killIn(scene, topic, 2_000, () -> {
            scene.execute(COPY.formatted(committed, committed + COPIED - 1));
            committed += COPIED;
        });
    }

    /** Written one across the other; the one that began first commits last. */
    private void betweenInterleavedTransactions(Scene scene, TopicReader topic) throws Exception {
        killIn(scene, topic, 200, () -> interleave(scene));
    }

    private void interleave(Scene scene) throws SQLException {
        try (Connection early = DriverManager.getConnection(scene.jdbcUrl());
                Connection late = DriverManager.getConnection(scene.jdbcUrl());
                Statement first = early.createStatement();
                Statement second = late.createStatement()) {
            early.setAutoCommit(false);
            late.setAutoCommit(false);
            for (int pair = 0; pair < 200; pair++) {
                first.execute(INSERT.formatted(committed + 2, committed + 2));
                second.execute(INSERT.formatted(committed, committed));
                first.execute(INSERT.formatted(committed + 3, committed + 3));
                second.execute(INSERT.formatted(committed + 1, committed + 1));
                late.commit();
                early.commit();
                committed += 4;
            }
        }
    }

    private void whileNothingHappensAndRightAfterAMessage(Scene scene, TopicReader topic) throws Exception {
        RelayProcess idle = scene.startRunningRelay();
        awaitPublished(topic, committed, idle);
        assertThat(idle.endsWithin(Duration.ofMillis(500))).isFalse();
        idle.kill();
        ends++;

        RelayProcess told = scene.startRunningRelay();
        insert(scene, 1);
        awaitPublished(topic, committed, told);
        scene.execute("SELECT pg_logical_emit_message(false, 'outbox-relay-barrier', '7')");
        insert(scene, 1);
        scene.execute("SELECT pg_logical_emit_message(true, 'outbox-relay-barrier', '8')");
        told.kill();
        ends++;
        insert(scene, 1);
    }

    private void inTheMiddleOfALargeTransaction(Scene scene, TopicReader topic) throws Exception {
        killIn(scene, topic, 20_000, () -> insert(scene, LARGE));
        insert(scene, 1);
        RelayProcess last = scene.startRunningRelay();
        awaitPublished(topic, committed, last);
        last.terminate();
        assertThat(last.awaitExit(Scene.BOUND)).as("%s", last.lines()).isZero();
        read(topic);
    }

    private void insert(Scene scene, int rows) throws SQLException {
        scene.execute(INSERT.formatted(committed, committed + rows - 1));
        committed += rows;
    }

    private interface Writing {
        void write() throws SQLException;
    }

    /**
     * In the middle of what is written; first the server ends the stream there. Once more where all of it is published before the relay is
     * dead, which takes a machine that has no time for the test meanwhile.
     *
     * @param count of its events that are published by then
     */
    private void killIn(Scene scene, TopicReader topic, int count, Writing writing) throws SQLException {
        for (int attempt = 0; attempt < 5; attempt++) {
            int begin = committed;
            writing.write();
            RelayProcess relay = scene.startRunningRelay();
            awaitPublished(topic, begin + count / 4, relay);
            scene.execute("SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
                    + scene.name() + "'");
            relay.awaitLine("interrupted, trying again: ", Scene.BOUND);
            awaitPublished(topic, begin + count, relay);
            relay.kill();
            read(topic);
            ends += 2;
            if (reached < committed) {
                return;
            }
        }
        throw new AssertionError("it was never killed in the middle");
    }

    private void awaitPublished(TopicReader topic, int count, RelayProcess relay) {
        try {
            await().atMost(Scene.BOUND)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        topic.readSome(Duration.ofMillis(5), this::take);
                        return reached >= count;
                    });
        } catch (RuntimeException e) {
            throw relay.failure("has published " + reached + " of " + count);
        }
    }

    private long read(TopicReader topic) {
        return topic.readToEnd(Scene.BOUND, this::take);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        String id = Scene.header(record, "id");
        int number = Integer.parseInt(id.substring(id.length() - 12));
        published.add(number);
        reached = Math.max(reached, number + 1);
    }

    private static String confirmed(Scene scene) throws SQLException {
        try (Connection connection = DriverManager.getConnection(scene.jdbcUrl());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '" + scene.name()
                                + "'")) {
            row.next();
            return row.getString(1);
        }
    }

    /** Each event follows upon the one before it; where it does not, it begins one run more, with what was published before. */
    private void assertSound() {
        int whole = 0;
        int runs = 0;
        int previous = -1;
        for (int number : published) {
            if (number != previous + 1) {
                runs++;
                assertThat(number)
                        .as("lost or out of order behind %d", previous)
                        .isLessThan(whole);
            }
            previous = number;
            whole = Math.max(whole, number + 1);
        }
        assertThat(whole).as("everything is published").isEqualTo(committed);
        assertThat(runs).as("one for each end").isLessThanOrEqualTo(ends);
    }
}
