package io.outboxrelay.debezium;

import io.outboxrelay.debezium.rows.RowDeletion;
import io.outboxrelay.jdbc.ConnectionSettings;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link DebeziumSource} needs to know.
 *
 * @param connection how to reach the database; the log is read over connections of Debezium's, and watched over one of the relay's
 * @param outbox what is read
 * @param log where in the database's log it is read from
 * @param reading how much to hold, and how often to look
 * @param passedThrough further settings of Debezium's connector, by its names
 */
public record DebeziumSettings(
        ConnectionSettings connection, Outbox outbox, Log log, Reading reading, PassedThrough passedThrough) {

    /** From a slot and a publication of PostgreSQL's, with {@link Reading#DEFAULT}. */
    public static DebeziumSettings of(ConnectionSettings connection, Outbox outbox, PostgresLog log) {
        return new DebeziumSettings(connection, outbox, log, Reading.DEFAULT, PassedThrough.NOTHING);
    }

    /** The outbox. */
    public sealed interface Outbox permits TableOutbox, MessageOutbox {}

    /**
     * Rows inserted into a table.
     *
     * @param table as written, see {@link io.outboxrelay.jdbc.TableName#parse}
     * @param id the column of the event id; column names are as the database knows them, without quotes
     * @param key the column of the message key
     * @param payload the column of the message value
     * @param deleting how the relay deletes rows by their ids once they are published, or null where it deletes none
     */
    public record TableOutbox(
            String table, String id, String key, String payload, RowDeletion.@Nullable Bounds deleting)
            implements Outbox {

        /** Whose rows the relay does not touch. */
        public TableOutbox(String table, String id, String key, String payload) {
            this(table, id, key, payload, null);
        }

        /** With the column names of Debezium's outbox event router. */
        public static TableOutbox of(String table) {
            return new TableOutbox(table, "id", "aggregateid", "payload");
        }
    }

    /**
     * Logical messages of transactions, written by {@code pg_logical_emit_message(true, prefix, json)}, with no table at all. What
     * they must be is in docs/outbox-message.schema.json.
     *
     * @param prefix of the messages that are events
     */
    public record MessageOutbox(String prefix) implements Outbox {

        public MessageOutbox {
            if (prefix.isEmpty() || prefix.equals(Barrier.PREFIX)) {
                throw new IllegalArgumentException("not a prefix for events: '" + prefix + "'");
            }
        }
    }

    /** Where in a database's log the outbox is read from. */
    public sealed interface Log permits PostgresLog, MySqlLog {}

    /**
     * A replication slot, which is where reading goes on, and a publication, which is what is read.
     *
     * @param slot the slot, of plugin {@code pgoutput}
     * @param publication the publication, of inserts into the outbox
     * @param failover whether the slot is to be there on standbys as well, so that a failover loses nothing (PostgreSQL 17 and later)
     */
    public record PostgresLog(String slot, String publication, boolean failover) implements Log {

        /** Without failover. */
        public PostgresLog(String slot, String publication) {
            this(slot, publication, false);
        }
    }

    /**
     * MySQL's binary log.
     *
     * @param pipeline its name where the process has several, else empty: what is stored is stored under it and the table's name, and no
     *     two relays read one table for one name at once
     * @param serverId what the reader calls itself among the server's replicas, of which no two may have the same; 0 to draw one
     *     at random for each attempt
     */
    public record MySqlLog(String pipeline, int serverId) implements Log {

        private static final int RANDOM_FROM = 1_000_000_000;
        private static final int RANDOM_BELOW = 2_000_000_000;

        int serverIdOrRandom() {
            return serverId != 0 ? serverId : ThreadLocalRandom.current().nextInt(RANDOM_FROM, RANDOM_BELOW);
        }
    }

    /**
     * Bounds and times.
     *
     * @param recordsMax how many records wait for the loop before no more are taken from Debezium, at least 1
     * @param bytesMax how many bytes of records wait so, and how many in Debezium's own queue, at least 1 each; a larger record alone
     * @param startWithin how long Debezium may take until it reads
     * @param confirmEvery how often the database is told how far publishing got; also what a kill may repeat
     * @param watchEvery how often the relay looks at what it reads from, over its own connection
     * @param silenceMax how long nothing may come, though the database has something to say, before the connection is given up
     */
    public record Reading(
            int recordsMax,
            long bytesMax,
            Duration startWithin,
            Duration confirmEvery,
            Duration watchEvery,
            Duration silenceMax) {

        public static final Reading DEFAULT = new Reading(
                4_096,
                8L << 20,
                Duration.ofSeconds(30),
                Duration.ofMillis(250),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10));

        public Reading {
            if (recordsMax < 1 || bytesMax < 1) {
                throw new IllegalArgumentException(
                        "at least 1, but recordsMax=" + recordsMax + " bytesMax=" + bytesMax);
            }
        }

        /** The same for one of several readers of a process, which hold as much as one alone; at least 1 MiB each. */
        public Reading sharedBy(int readers) {
            long share = Math.min(bytesMax, Math.max(1L << 20, bytesMax / readers));
            return new Reading(recordsMax, share, startWithin, confirmEvery, watchEvery, silenceMax);
        }
    }
}
