package io.outboxrelay.polling;

import io.outboxrelay.jdbc.ConnectionSettings;
import io.outboxrelay.jdbc.OutboxOrder;
import io.outboxrelay.jdbc.OutboxRetention;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link PollingSource} needs to know.
 *
 * @param connection how to reach the database; two connections are used at start, one from then on, and one that listens
 * @param outbox what is read
 * @param reading how much to read at once, and how often
 */
public record PollingSettings(ConnectionSettings connection, Outbox outbox, Reading reading) {

    /** In order by sequence, with {@link Reading#DEFAULT}; published rows are deleted. */
    public static PollingSettings of(ConnectionSettings connection, String table, Columns columns) {
        return new PollingSettings(
                connection,
                new Outbox(table, columns, OutboxOrder.SEQUENCE, new OutboxRetention.Delete()),
                Reading.DEFAULT);
    }

    /**
     * The outbox.
     *
     * @param table as written, see {@link io.outboxrelay.jdbc.TableName#parse}
     * @param columns its columns
     * @param order what the order of publishing rests on
     * @param retention what becomes of a row that is published
     */
    public record Outbox(String table, Columns columns, OutboxOrder order, OutboxRetention retention) {

        public Outbox {
            if (order.needsNumber() && columns.sequence() == null) {
                throw new IllegalArgumentException("order " + order + " needs a sequence column");
            }
            if (order != OutboxOrder.SEQUENCE && retention instanceof OutboxRetention.Keep) {
                throw new IllegalArgumentException("rows can only be kept with order by sequence");
            }
        }

        /** The same with another retention. */
        public Outbox retaining(OutboxRetention other) {
            return new Outbox(table, columns, order, other);
        }
    }

    /**
     * Column names as the database knows them, without quotes.
     *
     * @param id the event id
     * @param sequence the sequence number, or null where there is none, which takes {@link OutboxOrder#NONE}
     * @param key the message key
     * @param payload the message value
     */
    public record Columns(String id, @Nullable String sequence, String key, String payload) {

        /** The names of Debezium's outbox event router, and {@code seq}. */
        public static final Columns DEFAULT = new Columns("id", "seq", "aggregateid", "payload");
    }

    /**
     * Bounds of one read. What waits to be polled is bounded by about two pages.
     *
     * @param pageRowsMax rows, at least 1
     * @param pageBytesMax bytes of rows, at least 1; a single larger row comes alone
     * @param waitShortest between reads while rows keep coming
     * @param waitLongest between reads while none come
     * @param channel where the application notifies, so that a read comes at once; null where it does not
     */
    public record Reading(
            int pageRowsMax,
            long pageBytesMax,
            Duration waitShortest,
            Duration waitLongest,
            @Nullable String channel) {

        public static final Reading DEFAULT =
                new Reading(5_000, 8L << 20, Duration.ofMillis(1), Duration.ofMillis(200), null);

        public Reading {
            if (pageRowsMax < 1 || pageBytesMax < 1) {
                throw new IllegalArgumentException(
                        "a page holds at least 1, but pageRowsMax=" + pageRowsMax + " pageBytesMax=" + pageBytesMax);
            }
            if (waitShortest.isNegative() || waitShortest.isZero() || waitLongest.compareTo(waitShortest) < 0) {
                throw new IllegalArgumentException("0 < waitShortest <= waitLongest, but waitShortest=" + waitShortest
                        + " waitLongest=" + waitLongest);
            }
        }

        /** The same for one of several readers of a process, which read ahead as much as one alone; a page keeps at least 1 MiB. */
        public Reading sharedBy(int readers) {
            return new Reading(
                    pageRowsMax,
                    Math.min(pageBytesMax, Math.max(1L << 20, pageBytesMax / readers)),
                    waitShortest,
                    waitLongest,
                    channel);
        }

        /** The same, listening on a channel as well, or on none. */
        public Reading listeningOn(@Nullable String notified) {
            return new Reading(pageRowsMax, pageBytesMax, waitShortest, waitLongest, notified);
        }
    }
}
