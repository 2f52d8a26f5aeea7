package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;

/** The outbox table, in MySQL's words: a database is what others call a schema. Names are taken as they are written. */
record MySqlTable(String database, String name) {

    /**
     * Of {@code outbox.table}, which is {@code table} or {@code database.table}.
     *
     * @throws RelayException MISCONFIGURED when neither it nor the URL says which database
     */
    static MySqlTable of(TableOutbox outbox, ConnectionSettings connection) {
        String written = outbox.table().replace("`", "").replace("\"", "");
        int dot = written.indexOf('.');
        if (dot >= 0) {
            return new MySqlTable(written.substring(0, dot), written.substring(dot + 1));
        }
        String database = MySqlUrl.parse(connection.url()).database();
        if (database == null) {
            throw new RelayException(
                    FailureKind.MISCONFIGURED,
                    "neither outbox.table nor source.url names the database",
                    "write outbox.table as database.table");
        }
        return new MySqlTable(database, written);
    }

    /** For SQL text. */
    String quoted() {
        return '`' + database.replace("`", "``") + "`.`" + name.replace("`", "``") + '`';
    }

    @Override
    public String toString() {
        return database + '.' + name;
    }
}
