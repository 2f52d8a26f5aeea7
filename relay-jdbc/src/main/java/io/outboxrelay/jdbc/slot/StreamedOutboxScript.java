package io.outboxrelay.jdbc.slot;

import io.outboxrelay.jdbc.Identifiers;
import io.outboxrelay.jdbc.NewOutboxScript.Roles;
import io.outboxrelay.jdbc.ScriptNames;
import io.outboxrelay.jdbc.ScriptText;
import io.outboxrelay.jdbc.TableName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that makes an outbox which is read from PostgreSQL's log, for people to read, keep and run: roles, table, publication and
 * slot, what each role may do, and why. It may be run again. Immutable.
 *
 * @param request names of slot, publication and table; a table without a schema is made in {@code public}
 * @param columns how the table is to look; not looked at where there is no table
 * @param roles who uses it
 */
public record StreamedOutboxScript(SlotRequest request, Columns columns, Roles roles) {

    /**
     * The table's columns, by the names that the database is to know them by.
     *
     * @param id of the event
     * @param key of the message
     * @param payload of the message
     * @param payloadType its type
     * @param others further ones that are read, each with whether it must have a value
     */
    public record Columns(String id, String key, String payload, String payloadType, Map<String, Boolean> others) {
        public Columns {
            others = new LinkedHashMap<>(others);
        }
    }

    /**
     * The script, each line ended by a line feed.
     *
     * @throws IllegalArgumentException for a name that no object of PostgreSQL can have, or that holds control characters
     */
    public String text() {
        TableName table = inSchema(request.table());
        checkNames(table);
        SlotRequest named = request.of(table);
        ScriptText script = new ScriptText();
        head(script, table);
        relayRole(script);
        if (table != null) {
            outbox(script, table);
        }
        publication(script, new StreamStatements(named));
        script.blank().line("COMMIT;");
        slot(script, new StreamStatements(named));
        return script.toString();
    }

    private static @Nullable TableName inSchema(@Nullable TableName written) {
        return written == null || written.schema() != null ? written : new TableName("public", written.table());
    }

    private void head(ScriptText script, @Nullable TableName table) {
        script.line("-- The outbox " + (table == null ? "in messages of the log" : table.toString())
                        + " for Outbox Relay, read from the log of PostgreSQL 13 or later.")
                .line(
                        "-- Run it with psql, in the application's database, as the role that is to own the table and that may create in the")
                .line("-- database; its last statement takes REPLICATION as well, which a superuser has:")
                .line("--   psql -v ON_ERROR_STOP=1 -d DATABASE -f THIS_FILE")
                .line(
                        "-- It may be run again: what is there already is left as it is. Whether that is sound, `outbox-relay doctor` says.")
                .line("--")
                .line(
                        "-- A superuser must have the server write what takes to read rows from its log, once, and restart it:")
                .line("--   ALTER SYSTEM SET wal_level = logical;")
                .blank()
                .line("BEGIN;");
    }

    private void relayRole(ScriptText script) {
        String role = Identifiers.readable(roles.relay());
        script.blank()
                .line(
                        request.deletedBy() == null
                                ? "-- The relay's role. It reads the log, and needs no right on the table or its schema. Created by a superuser, or by"
                                : "-- The relay's role. It reads the log, and deletes what is published. Created by a superuser, or by")
                .line(
                        "-- a role with CREATEROLE and REPLICATION; hosted databases have a role of their own to grant in its place.")
                .unlessThere(
                        "SELECT FROM pg_catalog.pg_roles WHERE rolname = " + Identifiers.literal(roles.relay()),
                        "CREATE ROLE " + role + " LOGIN REPLICATION")
                .line("-- If it needs a password, give it one in psql, where it stands in no log: \\password " + role);
    }

    private void outbox(ScriptText script, TableName table) {
        String schema = String.valueOf(table.schema());
        if (!schema.equals("public")) {
            script.blank()
                    .unlessThere(
                            "SELECT FROM pg_catalog.pg_namespace WHERE nspname = " + Identifiers.literal(schema),
                            "CREATE SCHEMA " + Identifiers.readable(schema));
        }
        Map<String, ScriptText.Definition> definitions = new LinkedHashMap<>();
        definitions.put(
                columns.id(),
                new ScriptText.Definition("uuid PRIMARY KEY", "the event's id: consumers know repeats by it"));
        columns.others().forEach((name, required) -> {
            if (!definitions.containsKey(name) && !name.equals(columns.key()) && !name.equals(columns.payload())) {
                definitions.put(
                        name,
                        required
                                ? new ScriptText.Definition("text NOT NULL", "a part of the topic's name")
                                : new ScriptText.Definition("text", "a header; NULL leaves it out"));
            }
        });
        definitions.put(
                columns.key(), new ScriptText.Definition("text NOT NULL", "the message's key, which order is kept by"));
        definitions.put(
                columns.payload(),
                new ScriptText.Definition(columns.payloadType(), "the message's value; NULL is a tombstone"));
        script.blank()
                .line(
                        "-- One row for each event, inserted by the transaction that changes the state which it tells of. Events are published in")
                .line(
                        "-- the order in which transactions committed. A row may be deleted at any time, in the same transaction too.")
                .line("CREATE TABLE IF NOT EXISTS " + table.readable() + " (")
                .columns(definitions)
                .line(");");
        grants(script, table, Identifiers.readable(schema));
    }

    private void grants(ScriptText script, TableName table, String schema) {
        String prefix = roles.writer() == null ? "-- " : "";
        String writer = roles.writer() == null ? "APPLICATION_ROLE" : Identifiers.readable(roles.writer());
        script.blank()
                .line(
                        "-- The application inserts. To delete rows again it needs DELETE, and SELECT of the columns that it finds them by.")
                .line(prefix + "GRANT USAGE ON SCHEMA " + schema + " TO " + writer + ";")
                .line(prefix + "GRANT INSERT, SELECT, DELETE ON " + table.readable() + " TO " + writer + ";");
        if (request.deletedBy() != null) {
            script.blank()
                    .line(
                            "-- The relay deletes rows by their ids once they are published, and reads nothing else of them.");
            new RemovalStatements(table, request.deletedBy(), roles.relay())
                    .grants()
                    .forEach(grant -> script.line(grant + ";"));
        }
    }

    private void publication(ScriptText script, StreamStatements statements) {
        script.blank()
                .line(
                        "-- What comes out of the log: inserts into the outbox and nothing else. One of its own for each relay.")
                .unlessThere(
                        "SELECT FROM pg_catalog.pg_publication WHERE pubname = "
                                + Identifiers.literal(request.publication()),
                        statements.createPublication());
    }

    private void slot(ScriptText script, StreamStatements statements) {
        script.blank()
                .line(
                        "-- Behind the publication's commit, and before the slot: a note on the publication since when it stands as it is.")
                .line(statements.stampUnlessSlot() + ";")
                .blank()
                .line(
                        "-- Where reading begins, and goes on after every stop. It waits until every transaction that is open has ended. The server")
                .line(
                        "-- keeps its log from here on until the relay has published what is in it: bound that by max_slot_wal_keep_size, and")
                .line(
                        "-- raise an alarm before, by the relay's metrics. In a transaction of its own: none that has written can make a slot.")
                .unlessThere(
                        statements.slotThere(),
                        statements.createSlot(request.failover() ? 170_000 : 0).replaceFirst("SELECT", "PERFORM"));
        if (request.table() != null) {
            script.blank()
                    .line(
                            "-- At once behind it: a note which transactions may have committed before the place where reading begins. Where rows of")
                    .line(
                            "-- theirs stand, the relay does not start before somebody has said what is to become of them.")
                    .line(statements.noteSlot() + ";");
        }
    }

    private void checkNames(@Nullable TableName table) {
        ScriptNames.check(request.slot());
        ScriptNames.check(request.publication());
        ScriptNames.checkRole(roles.relay());
        if (roles.writer() != null) {
            ScriptNames.checkRole(Objects.requireNonNull(roles.writer()));
        }
        if (table != null) {
            ScriptNames.check(String.valueOf(table.schema()));
            ScriptNames.check(table.table());
            ScriptNames.check(columns.id());
            ScriptNames.check(columns.key());
            ScriptNames.check(columns.payload());
            columns.others().keySet().forEach(ScriptNames::check);
        }
    }
}
