package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.PostgresLog;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.PostgresConnections;
import io.outboxrelay.jdbc.PostgresFailures;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The relay's own connection beside the replication stream: what it looks at the slot through. */
final class SlotSession implements AutoCloseable {

    /** The prefix of the relay's own logical messages. */
    static final String BARRIER = "outbox-relay-barrier";

    private static final String SLOT =
            "SELECT active, confirmed_flush_lsn::text FROM pg_catalog.pg_replication_slots WHERE slot_name = ?"
                    + " AND database = current_database() AND plugin = 'pgoutput'";

    private final DebeziumSettings settings;
    private @Nullable Connection connection;
    private @Nullable String confirmedBefore;

    SlotSession(DebeziumSettings settings) {
        this.settings = settings;
    }

    private record Slot(boolean active, @Nullable String confirmed) {}

    void checkBeforeStart() {
        connection = new PostgresConnections(settings.connection()).open();
        Slot slot = look();
        if (slot.active()) {
            throw new RelayException(
                    FailureKind.FENCED,
                    "another reader has the slot " + slotName(),
                    "stop it, or let this relay stand by until it ends");
        }
        confirmedBefore = slot.confirmed();
    }

    boolean isReadBySomebody() {
        return look().active();
    }

    void checkAfterStart() {
        Slot slot = look();
        if (slot.confirmed() == null || !slot.confirmed().equals(confirmedBefore)) {
            throw new RelayException(
                    FailureKind.POSITION_LOST,
                    "the slot " + slotName() + " went from " + confirmedBefore + " to " + slot.confirmed()
                            + " while it was being opened",
                    "find out who made the slot anew or advanced it");
        }
    }

    void throwIfLost() {}

    private Slot look() {
        Connection open = connection;
        if (open == null) {
            throw new IllegalStateException("there is no connection");
        }
        try (PreparedStatement statement = open.prepareStatement(SLOT)) {
            statement.setString(1, slotName());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new RelayException(
                            FailureKind.POSITION_LOST,
                            "there is no replication slot " + slotName() + " of pgoutput in this database",
                            "make it: SELECT pg_create_logical_replication_slot('" + slotName() + "', 'pgoutput')");
                }
                return new Slot(row.getBoolean(1), row.getString(2));
            }
        } catch (SQLException e) {
            throw new RelayException(PostgresFailures.classify(e, settings.connection()));
        }
    }

    private String slotName() {
        return ((PostgresLog) settings.log()).slot();
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                // It was of no use any more.
            }
        }
    }
}
