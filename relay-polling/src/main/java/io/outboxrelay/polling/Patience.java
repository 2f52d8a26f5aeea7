package io.outboxrelay.polling;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * How long a statement may take. Also how soon a connection is noticed whose other end is gone: in the middle of an answer
 * nothing but silence tells. So it is short as long as that suffices, and grows when a session ended because a statement
 * took longer: twice as long for the next one. Outlives sessions; safe to use from any thread.
 */
final class Patience {

    private static final Duration SHORTEST = Duration.ofSeconds(8);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** The server is to say that a statement takes too long before the network does. */
    private static final Duration NETWORK_MORE = Duration.ofSeconds(2);

    private final Duration shortest;
    private Duration statement;

    Patience() {
        this(SHORTEST);
    }

    Patience(Duration shortest) {
        this.shortest = shortest;
        this.statement = shortest;
    }

    /** How long a statement of a session that opens now may take. */
    synchronized Duration statement() {
        return statement;
    }

    /** A session has ended because a statement took longer than it might: the next session's may take twice as long. */
    synchronized void ranOut() {
        Duration twice = statement.multipliedBy(2);
        statement = twice.compareTo(LONGEST) < 0 ? twice : LONGEST;
    }

    /** A session has ended for another reason: the next one's statements may take half as long. */
    synchronized void sufficed() {
        Duration half = statement.dividedBy(2);
        statement = half.compareTo(shortest) < 0 ? shortest : half;
    }

    /** Lets a connection wait for the server as long as a statement may take. One that waits longer anyway is left as it is. */
    void grant(Connection connection) throws SQLException {
        long needed = statement().plus(NETWORK_MORE).toMillis();
        int granted = connection.getNetworkTimeout();
        if (statement().compareTo(shortest) > 0 && granted != 0 && granted < needed) {
            connection.setNetworkTimeout(Runnable::run, Math.toIntExact(needed));
        }
    }
}
