package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.DebeziumSettings;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.outbox.OutboxColumns;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is to be repaired, and how.
 *
 * @param settings of the relay
 * @param columns what routing asks for of each row
 * @param admin as whom the table is read and what the relay's role may not do is done; null for the relay's role itself
 * @param order of the rows that stand
 * @param dropsSlot whether a slot that has everything is given up all the same, and what stands only in its log with it
 */
public record RepairRequest(
        DebeziumSettings settings,
        OutboxColumns columns,
        @Nullable ConnectionSettings admin,
        RowOrder order,
        boolean dropsSlot) {

    /** A slot is made once every open transaction has ended, and a table may have to be sorted before its first row comes. */
    public static final Duration SILENCE_MAX = Duration.ofMinutes(10);

    /** The relay's own role, given so much time. */
    ConnectionSettings relay() {
        ConnectionSettings own = settings.connection();
        return new ConnectionSettings(own.url(), own.username(), own.password(), own.connectTimeout(), SILENCE_MAX);
    }

    /** Whoever reads the table. */
    ConnectionSettings reader() {
        return admin == null ? relay() : admin;
    }
}
