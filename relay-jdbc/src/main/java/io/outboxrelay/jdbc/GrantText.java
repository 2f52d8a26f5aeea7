package io.outboxrelay.jdbc;

import org.jspecify.annotations.Nullable;

/** The part of a script that says who may do what with the outbox. */
final class GrantText {

    private final ScriptText script;
    private final String relay;
    private final @Nullable String writer;

    /**
     * @param relay the relay's role, quoted where needed
     * @param writer the application's role as the database knows it, or null
     */
    GrantText(ScriptText script, String relay, @Nullable String writer) {
        this.script = script;
        this.relay = relay;
        this.writer = writer == null ? null : Identifiers.readable(writer);
    }

    /** @param sequence the sequence that numbers the rows, or empty where there is none */
    void onOutbox(TableName table, String sequence, OutboxRetention retention) {
        String schema = Identifiers.readable(String.valueOf(table.schema()));
        script.blank()
                .line(
                        retention.removesRows()
                                ? "-- The relay reads rows and removes those that are published. It never inserts, updates or creates."
                                : "-- The relay reads rows and leaves them where they are. It never inserts into the outbox, updates or deletes.")
                .line("GRANT USAGE ON SCHEMA " + schema + " TO " + relay + ";")
                .line("GRANT SELECT" + (retention.removesRows() ? ", DELETE" : "") + " ON " + table.readable() + " TO "
                        + relay + ";");
        if (!sequence.isEmpty()) {
            script.line(
                            "-- Not to draw numbers, but to see the last one: it tells whether the database went back, by a restore say.")
                    .line("GRANT SELECT ON SEQUENCE " + sequence + " TO " + relay + ";");
        }
        onOutboxOfWriter(table, schema);
    }

    private void onOutboxOfWriter(TableName table, String schema) {
        script.blank()
                .line(
                        "-- The application inserts, and needs nothing on the sequence: an identity column draws by itself. Without SELECT it")
                .line(
                        "-- cannot use RETURNING or ON CONFLICT; without DELETE it cannot take back what is to be published.");
        String prefix = writer == null ? "-- " : "";
        String role = writer == null ? "APPLICATION_ROLE" : writer;
        script.line(prefix + "GRANT USAGE ON SCHEMA " + schema + " TO " + role + ";")
                .line(prefix + "GRANT INSERT ON " + table.readable() + " TO " + role + ";");
    }
}
