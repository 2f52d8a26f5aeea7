package io.outboxrelay.demo;

import io.outboxrelay.testkit.EmbeddedDatabase;
import io.outboxrelay.testkit.MySqlServer;
import io.outboxrelay.testkit.OutboxSchema;

/**
 * The database in which the order service keeps its orders and writes to the outbox.
 *
 * @param url with the user in it who may do everything
 * @param relayUrl as the relay's settings have it
 * @param table the outbox, as the relay's settings have it
 * @param look shows the outbox
 */
record Shop(String url, OutboxSchema schema, String relayUrl, String table, String look) {
    /** Of the database. */
    static final String NAME = "shop";

    static Shop of(EmbeddedDatabase server) {
        OutboxSchema schema = OutboxSchema.standard();
        return new Shop(
                server.jdbcUrl(EmbeddedDatabase.SUPERUSER, NAME),
                schema,
                server.url(NAME),
                "public." + schema.table(),
                "psql postgresql://postgres@127.0.0.1:" + server.port() + "/" + NAME + " -c 'TABLE " + schema.table()
                        + "'");
    }

    static Shop of(MySqlServer server) {
        OutboxSchema schema = OutboxSchema.mySql();
        return new Shop(
                server.jdbcUrl(NAME),
                schema,
                server.url(NAME),
                NAME + "." + schema.table(),
                "mysql --protocol=TCP --port=" + server.port() + " --user=root " + NAME + " -e 'SELECT * FROM "
                        + schema.table() + "'");
    }
}
