package io.outboxrelay.debezium;

import io.outboxrelay.debezium.SimulatedLog.Row;
import io.outboxrelay.debezium.SimulatedLog.Transaction;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Debezium's connector as far as it matters to what may be confirmed: what its records say of their places, the marks that it makes by
 * itself at any time, and that it drops what it is to confirm before anything has come from the server.
 */
final class SimulatedConnector implements PostgresStream.Connector {

    static final String ROWS = "relay.public.outbox";
    private static final String MARKS = "__debezium-heartbeat.relay";
    private static final String OTHERS = "relay.others";

    private final SimulatedLog log;
    private final SplittableRandom random;
    private final ToldOffsets offsets;
    private final ArrayDeque<SourceRecord> queue = new ArrayDeque<>();
    private int transaction;
    private int row;
    private boolean heard;
    private long lsn;
    private @Nullable Long lastCommit;

    /** What ends it. */
    boolean broken;

    /** It begins where the slot is confirmed, and knows nothing else. */
    SimulatedConnector(SimulatedLog log, SplittableRandom random, ToldOffsets offsets) {
        this.log = log;
        this.random = random;
        this.offsets = offsets;
        this.transaction = log.firstUnconfirmed();
        this.lsn = log.writtenLsn();
    }

    /** What came before anybody asked. */
    List<SourceRecord> ahead() {
        return taken();
    }

    @Override
    public List<SourceRecord> poll() throws ConnectorFailure {
        requireWhole();
        return taken();
    }

    private List<SourceRecord> taken() {
        for (int i = random.nextInt(30); i > 0; i--) {
            hear();
        }
        if (random.nextInt(6) == 0) {
            queue.add(record(MARKS, null));
        }
        List<SourceRecord> taken = new ArrayList<>();
        for (int i = random.nextInt(25); i > 0 && !queue.isEmpty(); i--) {
            taken.add(queue.remove());
        }
        return taken;
    }

    /** The next message of the server. */
    private void hear() {
        if (transaction == log.committed().size()) {
            return;
        }
        heard = true;
        Transaction current = log.committed().get(transaction);
        if (row < current.rows().size()) {
            Row next = current.rows().get(row++);
            lsn = next.lsn();
            queue.add(record(ROWS, next));
            return;
        }
        row = 0;
        transaction++;
        lastCommit = current.end();
        if (current.rows().isEmpty()) {
            lsn = current.end();
            queue.add(record(OTHERS, null));
        }
    }

    private SourceRecord record(String topic, @Nullable Row value) {
        Map<String, Object> offset = new HashMap<>(Map.of("lsn", lsn, "lsn_proc", lsn));
        if (lastCommit != null) {
            offset.put("lsn_commit", lastCommit);
        }
        return new SourceRecord(Map.of(), offset, topic, null, value);
    }

    @Override
    public void confirm() throws ConnectorFailure {
        requireWhole();
        Map<String, Object> told = offsets.offset(Map.of());
        if (heard) {
            log.tell((Long) told.get("lsn_commit"));
        }
    }

    private void requireWhole() throws ConnectorFailure {
        if (broken) {
            throw new ConnectorFailure(new IllegalStateException("connection cut"));
        }
    }
}
