package io.outboxrelay.debezium;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.debezium.repair.LogRepair;
import io.outboxrelay.debezium.repair.PostgresRepair;
import io.outboxrelay.debezium.repair.RepairRequest;
import io.outboxrelay.debezium.repair.RepairStep;
import io.outboxrelay.debezium.repair.RepairStores;
import io.outboxrelay.debezium.repair.RowOrder;
import io.outboxrelay.debezium.repair.StandingRows;
import io.outboxrelay.debezium.repair.StandingSource;
import io.outboxrelay.debezium.rows.SettledRows;
import io.outboxrelay.debezium.store.StateStore;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.outbox.OutboxColumns;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.testkit.EmbeddedDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Repairs of an outbox, published to nobody but this. */
final class RepairedLog {

    /** Of a table that the database numbers the rows of. */
    static final String COLUMNS =
            "seq bigint GENERATED ALWAYS AS IDENTITY, id text NOT NULL, aggregateid text, payload text";

    /** Ends a repair where a crash would: nothing of it is undone. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private final LoggedOutbox outbox;
    private final List<String> columns;
    private @Nullable ConnectionSettings admin;
    private RowOrder order = new RowOrder(RowOrder.Way.AUTOMATIC, null);
    private boolean dropsSlot;
    private boolean failsOver;

    RepairedLog(LoggedOutbox outbox, String... columns) {
        this.outbox = outbox;
        this.columns = List.of(columns);
        this.admin = ConnectionSettings.of(outbox.database.url("postgres"), EmbeddedDatabase.SUPERUSER, null);
    }

    RepairedLog withoutAdmin() {
        admin = null;
        return this;
    }

    RepairedLog by(RowOrder.Way way, @Nullable String column) {
        order = new RowOrder(way, column);
        return this;
    }

    RepairedLog droppingSlot() {
        dropsSlot = true;
        return this;
    }

    /** The slot is to be there on standbys, too. */
    RepairedLog failingOver() {
        failsOver = true;
        return this;
    }

    private DebeziumSettings settings() {
        DebeziumSettings settings = outbox.settings();
        return new DebeziumSettings(
                settings.connection(),
                settings.outbox(),
                new PostgresLog(outbox.slot, outbox.slot, failsOver),
                settings.reading(),
                settings.passedThrough());
    }

    /** A repair that has done nothing yet. */
    LogRepair repair(Consumer<RepairStep> at) {
        RepairRequest request = new RepairRequest(settings(), new OutboxColumns(columns), admin, order, dropsSlot);
        RepairStores stores = new RepairStores(
                () -> {
                    try (StateStore store = outbox.store()) {
                        return store.values();
                    }
                },
                outbox::store);
        return new PostgresRepair(
                request, stores, (step, said) -> at.accept(step), Clock.systemUTC(), Duration.ofMillis(50));
    }

    /** The whole of it; returns what was published. */
    List<OutboxRecord> repaired() {
        return repaired(step -> {}, () -> {});
    }

    /**
     * The same.
     *
     * @param at is told of each step, and may throw what ends the repair there
     * @param published is run once all is published
     */
    List<OutboxRecord> repaired(Consumer<RepairStep> at, Runnable published) {
        try (LogRepair repair = repair(at)) {
            List<OutboxRecord> records =
                    published(repair.begin(), DebeziumSource.rows(outbox.settings(), new LogFigures(), () -> null));
            published.run();
            repair.finish();
            return records;
        }
    }

    private static List<OutboxRecord> published(StandingRows rows, SettledRows removal) {
        AtomicBoolean all = new AtomicBoolean();
        StandingSource source = new StandingSource(rows, 1L << 20, removal, () -> all.set(true));
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
