package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.publish.PublisherSettings;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * What is possible at all: a bare COPY of the rows in one statement for each 10,000, the relay's key, headers and producer
 * settings, one range delete for each statement once everything in it is acknowledged, and nothing else. It knows no gaps, no
 * locks, no order of commits, no failures and no bytes, and would lose rows in any real database.
 *
 * <p>Reading, sending and deleting are one thread's; while it deletes what was acknowledged, up to {@value #SLICES_MAX} slices are
 * on their way in the producer.
 */
public final class Ceiling {
    private static final int ROWS_PER_STATEMENT = 10_000;
    private static final int SLICES_MAX = 3;
    private static final long WINDOW_BYTES = 32L << 20;

    private final Connection connection;
    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final ArrayDeque<CeilingSlice> onTheirWay = new ArrayDeque<>();

    private Ceiling(Connection connection, Producer<byte[], byte[]> producer, String topic) {
        this.connection = connection;
        this.producer = producer;
        this.topic = topic;
    }

    /**
     * Empties the outbox, then waits to be killed, so that what it used can be read.
     *
     * @param arguments the database's URL, the brokers, the topic
     */
    public static void main(String[] arguments) throws SQLException, IOException, InterruptedException {
        PublisherSettings relays = PublisherSettings.of(Map.of("bootstrap.servers", arguments[1]), WINDOW_BYTES);
        Map<String, Object> settings = new HashMap<>(relays.producerConfig());
        // The relay is refused and tries again later; this one waits.
        settings.put("max.block.ms", Integer.toString(Integer.MAX_VALUE));
        try (Connection connection = DriverManager.getConnection(arguments[0]);
                Producer<byte[], byte[]> producer =
                        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            new Ceiling(connection, producer, arguments[2]).drain();
            System.in.read();
        }
    }

    private void drain() throws SQLException, InterruptedException {
        try (Statement statement = connection.createStatement()) {
            // As the relay: an outbox has no statistics that tell the truth.
            statement.execute("SET enable_seqscan = off; SET enable_bitmapscan = off");
        }
        CeilingSlice slice = copy(Long.MIN_VALUE);
        while (slice.rows() > 0) {
            onTheirWay.add(slice);
            while (onTheirWay.size() > SLICES_MAX || isFirstAcknowledged()) {
                deleteFirst();
            }
            slice = copy(slice.last());
        }
        while (!onTheirWay.isEmpty()) {
            deleteFirst();
        }
    }

    private boolean isFirstAcknowledged() {
        return !onTheirWay.isEmpty() && onTheirWay.getFirst().isAcknowledged();
    }

    private CeilingSlice copy(long above) throws SQLException {
        CopyOut copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut(("COPY (SELECT seq, id, aggregateid,"
                                + " payload, type FROM outbox WHERE seq > %d ORDER BY seq LIMIT %d) TO STDOUT (FORMAT binary)")
                        .formatted(above, ROWS_PER_STATEMENT));
        CeilingSlice slice = new CeilingSlice();
        CeilingRow row = new CeilingRow(topic);
        for (byte[] message = copy.readFromCopy(); message != null; message = copy.readFromCopy()) {
            if (row.decode(message)) {
                slice.sending(row.number());
                var unused = producer.send(row.message(), slice);
            }
        }
        slice.complete();
        return slice;
    }

    private void deleteFirst() throws SQLException, InterruptedException {
        CeilingSlice slice = onTheirWay.removeFirst();
        slice.awaitAcknowledged();
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM outbox WHERE seq BETWEEN ? AND ?")) {
            delete.setLong(1, slice.first());
            delete.setLong(2, slice.last());
            int deleted = delete.executeUpdate();
            if (deleted != slice.rows()) {
                throw new BenchFailure("deleted " + deleted + " rows of " + slice.rows());
            }
        }
    }
}
