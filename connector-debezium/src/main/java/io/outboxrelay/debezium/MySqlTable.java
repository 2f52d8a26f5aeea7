package io.outboxrelay.debezium;

import io.outboxrelay.debezium.DebeziumSettings.TableOutbox;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.ConnectionSettings;
import java.util.regex.Pattern;

/** The outbox table, in MySQL's words: a database is what others call a schema. Names are taken as they are written. */
public record MySqlTable(String database, String name) {

    /**
     * The counter among the table's options, which each row moves and which says nothing of the columns. They stand on the one line that
     * begins with a parenthesis.
     */
    private static final Pattern COUNTER = Pattern.compile("^(\\) .*?)\\bAUTO_INCREMENT=\\d+ ?", Pattern.MULTILINE);

    /**
     * Of {@code outbox.table}, which is {@code table} or {@code database.table}.
     *
     * @throws RelayException MISCONFIGURED when neither it nor the URL says which database
     */
    public static MySqlTable of(TableOutbox outbox, ConnectionSettings connection) {
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

    /** The statement that makes a table, without what changes with each row. */
    public static String withoutCounter(String made) {
        return COUNTER.matcher(made).replaceFirst("$1");
    }

    /** For SQL text. */
    public String quoted() {
        return '`' + database.replace("`", "``") + "`.`" + name.replace("`", "``") + '`';
    }

    @Override
    public String toString() {
        return database + '.' + name;
    }
}
