package io.outboxrelay.config;

import io.outboxrelay.debezium.DebeziumSettings;
import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.polling.PollingSettings;

/** How the outbox is read, by {@code source.type}: each type has settings of its own. Its text shows no secret. */
public sealed interface SourceSettings {

    /** How to reach the database. */
    ConnectionSettings connection();

    /** What is read, for people: the table as written. */
    String outbox();

    /** {@code source.type: polling}, by ordinary SQL. */
    record Polling(PollingSettings polling) implements SourceSettings {

        @Override
        public ConnectionSettings connection() {
            return polling.connection();
        }

        @Override
        public String outbox() {
            return polling.outbox().table();
        }
    }

    /**
     * {@code source.type: debezium}, from the database's log.
     *
     * @param position where it is kept how far publishing got
     */
    record Debezium(DebeziumSettings debezium, PositionPlace position) implements SourceSettings {

        @Override
        public ConnectionSettings connection() {
            return debezium.connection();
        }

        @Override
        public String outbox() {
            return debezium.outbox() instanceof DebeziumSettings.TableOutbox table
                    ? table.table()
                    : "messages " + ((DebeziumSettings.MessageOutbox) debezium.outbox()).prefix();
        }
    }
}
