package io.outboxrelay.testkit;

import java.sql.Connection;
import java.sql.SQLException;

/** In what the shop does, what differs from database to database. */
interface ShopDialect {

    /** That of the database that the outbox is in. */
    static ShopDialect of(OutboxSchema schema) {
        return schema.isOnMySql() ? new MySqlShop() : new PostgresShop();
    }

    /** The URL of sessions that can be told by the run's name, and give a silent server up after a minute. */
    String url(String jdbcUrl, String run);

    /** The workload without what no transaction of this database can do, or none that a reader of its log can read. */
    Workload doable(Workload workload);

    /** Raises an aggregate's version in the transaction that is under way, which takes its lock; the new version. */
    int raiseVersion(Connection connection, String key, int versions) throws SQLException;

    /**
     * Ends what a run has left on the server when connections were lost: sessions that still work on a commit nobody waits for, and,
     * once there are none, prepared transactions.
     *
     * @param connection one that does not bear the run's name itself
     * @return sessions that there were; when there are none, no outcome of the run can change any more
     */
    int endLeftovers(Connection connection, String run) throws SQLException;
}
