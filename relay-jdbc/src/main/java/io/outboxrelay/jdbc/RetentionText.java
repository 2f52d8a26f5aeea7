package io.outboxrelay.jdbc;

import java.util.Set;

/** The part of a script that makes what becomes of published rows possible. */
final class RetentionText {

    private static final String ARCHIVED_AT = "archived_at";

    private final ScriptText script;
    private final String relay;

    /** @param relay the relay's role, quoted where needed */
    RetentionText(ScriptText script, String relay) {
        this.script = script;
        this.relay = relay;
    }

    /** @param columns of the outbox, as the database knows them */
    void beside(TableName outbox, OutboxRetention retention, Set<String> columns) {
        if (retention instanceof OutboxRetention.Archive archive) {
            archive(outbox, ArchiveCheck.wanted(archive, outbox.table()).in(String.valueOf(outbox.schema())), columns);
        } else if (retention instanceof OutboxRetention.Keep keep) {
            states(outbox, StateTableCheck.wanted(keep).in(String.valueOf(outbox.schema())));
        }
    }

    private void archive(TableName outbox, TableName archive, Set<String> columns) {
        script.blank()
                .line(
                        "-- Published rows go here, in the statement that deletes them from the outbox. Unique in the archive may be only")
                .line("-- what is unique in the outbox; further columns need a default.");
        schema(outbox, archive);
        String since = columns.contains(ARCHIVED_AT) ? "" : ", " + ARCHIVED_AT + " timestamptz NOT NULL DEFAULT now()";
        script.line("CREATE TABLE IF NOT EXISTS " + archive.readable() + " (LIKE " + outbox.readable() + since + ");")
                .line("GRANT INSERT ON " + archive.readable() + " TO " + relay + ";");
    }

    private void states(TableName outbox, TableName states) {
        script.blank()
                .line(
                        "-- How far publishing got: one row for each outbox, which the relay writes. The relay's first start publishes everything")
                .line("-- that stands; to leave that out, see \"The first start\" in docs/retention.md.");
        schema(outbox, states);
        script.line("CREATE TABLE IF NOT EXISTS " + states.readable() + " (")
                .line("  " + String.join(",\n  ", StateTableCheck.definitions()))
                .line(");")
                .line("GRANT SELECT, INSERT, UPDATE ON " + states.readable() + " TO " + relay + ";");
    }

    private void schema(TableName outbox, TableName beside) {
        String schema = String.valueOf(beside.schema());
        if (!schema.equals(outbox.schema())) {
            String quoted = Identifiers.readable(schema);
            script.unlessThere(
                            "SELECT FROM pg_catalog.pg_namespace WHERE nspname = " + Identifiers.literal(schema),
                            "CREATE SCHEMA " + quoted)
                    .line("GRANT USAGE ON SCHEMA " + quoted + " TO " + relay + ";");
        }
    }
}
