package io.outboxrelay.sidecar;

import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.MySqlServer;
import io.outboxrelay.testkit.OutboxSchema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A database of a test's own.
 *
 * @param url without a user
 * @param jdbcUrl for the superuser
 * @param schema how the order service's tables are made
 */
record SceneDatabase(String name, String url, String jdbcUrl, OutboxSchema schema) {

    /** May read the log of MySQL, and the tables of scenes. */
    static final String MYSQL_USER = "log_user";

    /** An empty one on the shared server. */
    static SceneDatabase onPostgres() throws SQLException {
        String name = SharedServers.newName();
        EmbeddedDatabase server = SharedServers.database();
        server.createDatabase(name);
        return new SceneDatabase(
                name, server.url(name), server.jdbcUrl(EmbeddedDatabase.SUPERUSER, name), OutboxSchema.standard());
    }

    /** An empty one on this server, with a user who may do no more than a relay needs. */
    static SceneDatabase onMySql(MySqlServer server) throws SQLException {
        String name = SharedServers.newName();
        server.execute("CREATE DATABASE " + name + "; CREATE USER IF NOT EXISTS " + MYSQL_USER + " IDENTIFIED BY '"
                + SharedServers.PASSWORD + "'; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO " + MYSQL_USER
                + "; GRANT SELECT ON " + name + ".* TO " + MYSQL_USER);
        return new SceneDatabase(name, server.url(name), server.jdbcUrl(name), OutboxSchema.mySql());
    }

    /** As the superuser. */
    void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
