package io.outboxrelay.demo;

import io.outboxrelay.testkit.MySqlPrograms;
import io.outboxrelay.testkit.MySqlServer;
import io.outboxrelay.testkit.OutboxSchema;
import java.sql.SQLException;

/** A MySQL server with the order service's tables, and a user for the relay who may do no more than it needs. */
final class MySqlStart {

    private MySqlStart() {}

    /** The newest that is found here.
     *
     * @throws DemoFailure when there is none, with what to do
     */
    static MySqlPrograms programs() {
        for (MySqlPrograms programs : MySqlPrograms.values()) {
            if (programs.isThere()) {
                return programs;
            }
        }
        throw new DemoFailure(
                "no MySQL server is found here: " + MySqlPrograms.NEWEST.whyNot() + "; "
                        + MySqlPrograms.EIGHT.whyNot()
                        + ". Install MySQL 8.0 or later, or on Debian run relay-testkit/mysql-server, which unpacks one and installs nothing.");
    }

    /** @throws DemoFailure when it does not start */
    static MySqlServer started() {
        MySqlServer server;
        try {
            server = MySqlServer.builder(programs()).gtid().start();
        } catch (IllegalStateException e) {
            throw new DemoFailure(String.valueOf(e.getMessage()), e);
        }
        try {
            server.execute("CREATE DATABASE " + Shop.NAME);
            server.execute(Shop.NAME, OutboxSchema.mySql().createAll());
            server.execute("""
                    CREATE USER %1$s IDENTIFIED BY '%2$s';
                    GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO %1$s;
                    GRANT SELECT ON %3$s TO %1$s;
                    """.formatted(
                    Servers.RELAY_ROLE, Servers.RELAY_PASSWORD, Shop.of(server).table()));
            return server;
        } catch (SQLException e) {
            server.close();
            throw new DemoFailure("cannot create the tables: " + e.getMessage(), e);
        }
    }
}
