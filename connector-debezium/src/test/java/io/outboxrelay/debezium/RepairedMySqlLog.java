package io.outboxrelay.debezium;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.debezium.repair.LockPatience;
import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.MySqlRepair;
import io.outboxrelay.debezium.repair.RepairRequest;
import io.outboxrelay.debezium.repair.RepairStep;
import io.outboxrelay.debezium.repair.RepairStores;
import io.outboxrelay.debezium.repair.RowOrder;
import io.outboxrelay.debezium.repair.StandingRows;
import io.outboxrelay.debezium.repair.StandingSource;
import io.outboxrelay.debezium.rows.SettledRows;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.MySqlServer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Repairs of an outbox in MySQL, published to nobody but this. */
final class RepairedMySqlLog {

    private final MySqlOutbox outbox;
    private final List<String> columns;
    private @Nullable ConnectionSettings admin;
    private RowOrder order = new RowOrder(RowOrder.Way.AUTOMATIC, null);
    private boolean anew;

    RepairedMySqlLog(MySqlOutbox outbox, String... columns) {
        this.outbox = outbox;
        this.columns = List.of(columns);
        this.admin = ConnectionSettings.of(outbox.server.url("shop"), MySqlServer.SUPERUSER, null);
    }

    RepairedMySqlLog withoutAdmin() {
        admin = null;
        return this;
    }

    RepairedMySqlLog by(RowOrder.Way way, @Nullable String column) {
        order = new RowOrder(way, column);
        return this;
    }

    RepairedMySqlLog anew() {
        anew = true;
        return this;
    }

    /** A repair that has done nothing yet. */
    LogRepair repair(Consumer<RepairStep> at) {
        RepairRequest request = new RepairRequest(outbox.settings(), new OutboxColumns(columns), admin, order, anew);
        MySqlRepair.Pace pace =
                new MySqlRepair.Pace(Clock.systemUTC(), Duration.ofMillis(50), new LockPatience(1, 2, 1));
        return new MySqlRepair(
                request, new RepairStores(outbox::stored, outbox::store), (step, said) -> at.accept(step), pace);
    }

    /** The whole of it; returns the ids of what was published. */
    List<String> repaired() {
        return ids(repaired(step -> {}, () -> {}));
    }

    static List<String> ids(List<OutboxRecord> records) {
        return new ArrayList<>(records.stream().map(OutboxRecord::id).toList());
    }

    /**
     * The same.
     *
     * @param at is told of each step, and may throw what ends the repair there
     * @param published is run once all is published
     */
    List<OutboxRecord> repaired(Consumer<RepairStep> at, Runnable published) {
        outbox.awaitUnclaimed();
        try (LogRepair repair = repair(at)) {
            List<OutboxRecord> records = published(repair.begin());
            published.run();
            repair.finish();
            return records;
        } finally {
            outbox.awaitUnclaimed();
        }
    }

    private static List<OutboxRecord> published(StandingRows rows) {
        AtomicBoolean all = new AtomicBoolean();
        StandingSource source = new StandingSource(rows, 1L << 20, SettledRows.OF_THE_APPLICATION, () -> all.set(true));
        try (LogConsumer consumer = LogConsumer.of(source)) {
            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> {
                        consumer.take();
                        return all.get();
                    });
            return new ArrayList<>(consumer.records);
        }
    }
}
