package io.outboxrelay.jdbc;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that makes a PostgreSQL outbox which the inspection finds sound, for people to read, keep and run: roles, tables, what
 * each role may do, and why. It may be run again. Every name is quoted where it has to be. Immutable.
 *
 * @param outbox what is to be created; a table without a schema is made in {@code public}
 * @param required the routed columns that must have a value
 * @param payloadType the type of the payload: {@code jsonb}, {@code json}, {@code text} or {@code bytea}
 * @param roles who uses it
 */
public record NewOutboxScript(InspectionRequest outbox, Set<String> required, String payloadType, Roles roles) {

    /** The types that a payload may have, the usual one first. */
    public static final List<String> PAYLOAD_TYPES = List.of("jsonb", "json", "text", "bytea");

    /**
     * Names of roles, without quotes.
     *
     * @param relay the relay's; created if it is not there
     * @param writer the application's, which must be there, or null to leave its grants for later
     */
    public record Roles(String relay, @Nullable String writer) {}

    public NewOutboxScript {
        required = Set.copyOf(required);
        if (!PAYLOAD_TYPES.contains(payloadType)) {
            throw new IllegalArgumentException("a payload is one of " + String.join(", ", PAYLOAD_TYPES));
        }
    }

    /**
     * The script, each line ended by a line feed.
     *
     * @throws IllegalArgumentException for a name that no object of PostgreSQL can have, or that holds control characters
     */
    public String text() {
        TableName written = TableName.parse(outbox.table());
        TableName table = written.schema() == null ? new TableName("public", written.table()) : written;
        checkNames(table);
        ScriptText script = new ScriptText();
        head(script, written);
        relayRole(script);
        schema(script, String.valueOf(table.schema()));
        outboxTable(script, table);
        GrantText grants = new GrantText(script, Identifiers.readable(roles.relay()), roles.writer());
        grants.onOutbox(table, outbox.order() == OutboxOrder.SEQUENCE ? sequence(table) : "", outbox.retention());
        RetentionText retention = new RetentionText(script, Identifiers.readable(roles.relay()));
        retention.beside(table, outbox.retention(), definitions().keySet());
        script.blank().line("COMMIT;");
        return script.toString();
    }

    private void head(ScriptText script, TableName written) {
        script.line("-- The outbox " + written + " for Outbox Relay, on PostgreSQL 13 or later.")
                .line(
                        "-- Run it in the application's database, as the role that is to own the table; never as the relay's own:")
                .line("--   psql -v ON_ERROR_STOP=1 -d DATABASE -f THIS_FILE")
                .line("-- It may be run again: what is there already is left as it is, and grants are given once more.")
                .line("-- Whether what is there is sound, `outbox-relay doctor` says, and what mends it.");
        if (outbox.order() == OutboxOrder.COMMIT_TIMESTAMP) {
            script.line("--")
                    .line("-- A superuser must have the server note when transactions commit, once, and restart it:")
                    .line("--   ALTER SYSTEM SET track_commit_timestamp = on;");
        }
        script.blank().line("BEGIN;");
    }

    private void relayRole(ScriptText script) {
        String role = Identifiers.readable(roles.relay());
        script.blank()
                .line(
                        "-- The relay's role. It owns nothing and is a member of nothing, so it may do what is granted below and no more.")
                .line("-- Roles are created by a superuser, or with CREATEROLE: else have one of them create it first.")
                .unlessThere(
                        "SELECT FROM pg_catalog.pg_roles WHERE rolname = " + Identifiers.literal(roles.relay()),
                        "CREATE ROLE " + role + " LOGIN")
                .line("-- If it needs a password, give it one in psql, where it stands in no log: \\password " + role);
    }

    private static void schema(ScriptText script, String schema) {
        script.blank();
        if (schema.equals("public")) {
            script.line(
                            "-- Before PostgreSQL 15 every role may create tables in the schema public. A superuser takes that away:")
                    .line("--   REVOKE CREATE ON SCHEMA public FROM PUBLIC;");
        } else {
            script.unlessThere(
                    "SELECT FROM pg_catalog.pg_namespace WHERE nspname = " + Identifiers.literal(schema),
                    "CREATE SCHEMA " + Identifiers.readable(schema));
        }
    }

    private void outboxTable(ScriptText script, TableName table) {
        script.blank()
                .line(
                        "-- One row for each event, inserted by the transaction that changes the state which it tells of.");
        switch (outbox.order()) {
            case SEQUENCE ->
                script.line(
                                "-- Lock what the event is about before you insert it, as UPDATE does: then the numbers are in the order in which")
                        .line("-- transactions took effect, and events of one key are published in that order.");
            case COMMIT_TIMESTAMP ->
                script.line(
                                "-- Lock what the event is about at any time before you commit: events of one key are published in the order in")
                        .line("-- which their transactions committed.");
            case NONE -> script.line("-- Events are published in no promised order (outbox.order = none).");
        }
        script.line("CREATE TABLE IF NOT EXISTS " + table.readable() + " (")
                .columns(definitions())
                .line(");");
    }

    /** Columns with definition and meaning, and the primary key. */
    private Map<String, ScriptText.Definition> definitions() {
        InspectionRequest.Columns names = outbox.columns();
        Map<String, ScriptText.Definition> columns = new LinkedHashMap<>();
        String number = outbox.order().needsNumber() ? names.sequence() : null;
        columns.put(
                names.id(),
                new ScriptText.Definition(
                        number == null ? "uuid PRIMARY KEY" : "uuid NOT NULL",
                        "the event's id: consumers know repeats by it"));
        if (number != null) {
            columns.put(
                    number,
                    new ScriptText.Definition(
                            "bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME "
                                    + sequence(TableName.parse(outbox.table())) + ") PRIMARY KEY",
                            "ALWAYS: no row brings a number of its own"));
        }
        Set<String> routed = new LinkedHashSet<>(names.routed());
        routed.removeAll(List.of(names.id(), names.key(), names.payload()));
        routed.remove(number);
        routed.stream()
                .filter(required::contains)
                .forEach(name ->
                        columns.put(name, new ScriptText.Definition("text NOT NULL", "a part of the topic's name")));
        columns.put(
                names.key(), new ScriptText.Definition("text NOT NULL", "the message's key, which order is kept by"));
        routed.stream()
                .filter(name -> !required.contains(name) && !name.equals(names.timestamp()))
                .forEach(name -> columns.put(name, new ScriptText.Definition("text", "a header; NULL leaves it out")));
        if (names.timestamp() != null) {
            columns.put(
                    names.timestamp(),
                    new ScriptText.Definition(
                            "timestamptz DEFAULT now()", "the message's time; NULL is that of publishing"));
        }
        columns.put(
                names.payload(), new ScriptText.Definition(payloadType, "the message's value; NULL is a tombstone"));
        return columns;
    }

    /** The sequence's name for SQL text. It needs no name of its own to be found by the relay, but a known one to be granted. */
    private String sequence(TableName table) {
        String number = outbox.columns().sequence();
        if (outbox.order() == OutboxOrder.NONE || number == null) {
            return "";
        }
        String schema = table.schema() == null ? "public" : table.schema();
        return new TableName(schema, NewOutbox.sequenceName(table.table(), number)).readable();
    }

    private void checkNames(TableName table) {
        ScriptNames.check(String.valueOf(table.schema()));
        ScriptNames.check(table.table());
        ScriptNames.checkRole(roles.relay());
        if (roles.writer() != null) {
            ScriptNames.checkRole(roles.writer());
        }
        definitions().keySet().forEach(ScriptNames::check);
    }
}
