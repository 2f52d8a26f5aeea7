package io.outboxrelay.jdbc;

import java.util.List;

/** Archives and tables of states that each lack one thing, beside a sound outbox, and what the inspection must say about them. */
final class UnsoundRetention {
    private static final String ARCHIVE = "CREATE TABLE outbox_archive (LIKE outbox);";
    private static final String INSERT = "GRANT INSERT ON outbox_archive TO \"Relay-1\";";
    private static final String STATES = StateTableCheck.creation("outbox_relay_state", "\"Relay-1\"") + ";";

    private UnsoundRetention() {}

    static InspectionRequest archiving(String archive) {
        return request(new OutboxRetention.Archive(archive));
    }

    static InspectionRequest keeping(String states) {
        return request(new OutboxRetention.Keep(states));
    }

    private static InspectionRequest request(OutboxRetention retention) {
        return new InspectionRequest("outbox", InspectedDatabase.columns("payload"), OutboxOrder.SEQUENCE, retention);
    }

    static List<UnsoundOutbox> archives() {
        return List.of(
                archive("no archive", "", "the archive public.outbox_archive (outbox.archiveTable) does not exist"),
                new UnsoundOutbox(
                        "nothing at all", "SELECT 1", archiving(null), List.of("table outbox does not exist")),
                new UnsoundOutbox(
                        "no archive, in a schema that is not there",
                        UnsoundOutbox.sound() + InspectedDatabase.GRANTS,
                        archiving("\"Old Stuff\".\"Out\"\"box\""),
                        List.of("the archive \"Old Stuff\".\"Out\"\"box\" (outbox.archiveTable) does not exist")),
                archive("no INSERT", ARCHIVE, "\"Relay-1\" may not insert into the archive public.outbox_archive"),
                archive(
                        "INSERT of some columns only",
                        ARCHIVE + "GRANT INSERT (id, seq) ON outbox_archive TO \"Relay-1\"",
                        "\"Relay-1\" may not insert into the archive public.outbox_archive"),
                archive(
                        "a column that is missing",
                        ARCHIVE + INSERT + "ALTER TABLE outbox ADD COLUMN \"More Of It\" numeric(9, 2)[]",
                        "the archive public.outbox_archive has no column \"More Of It\", which the outbox has"),
                archive(
                        "types that take less",
                        ARCHIVE + INSERT + "ALTER TABLE outbox ADD COLUMN note varchar(40), ADD COLUMN at timestamptz;"
                                + "ALTER TABLE outbox_archive ADD COLUMN note varchar(20), ADD COLUMN at date,"
                                + " ALTER COLUMN seq TYPE integer, ALTER COLUMN payload TYPE text",
                        "column seq of the archive public.outbox_archive is integer, which does not take every value of bigint",
                        "column payload of the archive public.outbox_archive is text, which does not take",
                        "column note of the archive public.outbox_archive is character varying(20)",
                        "column at of the archive public.outbox_archive is date"),
                archive(
                        "a domain that refuses",
                        "CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);" + ARCHIVE + INSERT
                                + "ALTER TABLE outbox_archive ALTER COLUMN type TYPE short",
                        "column type of the archive public.outbox_archive is short"),
                archive(
                        "a generated column",
                        ARCHIVE.replace("(LIKE outbox)", "(LIKE outbox, copy text)") + INSERT
                                + "ALTER TABLE outbox_archive DROP COLUMN type, DROP COLUMN copy,"
                                + " ADD COLUMN type text GENERATED ALWAYS AS (aggregateid || '!') STORED",
                        "column type of the archive public.outbox_archive is generated"),
                archive(
                        "not null where the outbox may be",
                        ARCHIVE + INSERT + "ALTER TABLE outbox_archive ALTER COLUMN payload SET NOT NULL",
                        "column payload of the archive public.outbox_archive may not be null, and in the outbox it may"),
                archive(
                        "a column of its own without a value",
                        ARCHIVE + INSERT + "ALTER TABLE outbox_archive ADD COLUMN shelf text NOT NULL",
                        "column shelf of the archive public.outbox_archive must have a value"),
                archive(
                        "a primary key of its own without a value",
                        ARCHIVE + INSERT + "ALTER TABLE outbox_archive ADD COLUMN shelf text PRIMARY KEY",
                        "column shelf of the archive public.outbox_archive must have a value",
                        "public.outbox_archive_pkey makes unique"),
                archive(
                        "unique what is not unique in the outbox",
                        ARCHIVE + INSERT + "CREATE UNIQUE INDEX one_each ON outbox_archive (aggregateid, type);"
                                + "ALTER TABLE outbox_archive ADD UNIQUE (aggregateid)",
                        "public.one_each makes unique in the archive",
                        "public.outbox_archive_aggregateid_key makes unique in the archive"),
                archive(
                        "unique by an expression",
                        ARCHIVE + INSERT + "CREATE UNIQUE INDEX lowered ON outbox_archive (lower(type))",
                        "public.lowered makes unique in the archive"),
                archive(
                        "a sequence that may not be drawn from",
                        "CREATE TABLE outbox_archive (LIKE outbox, shelf bigserial);" + INSERT
                                + "ALTER TABLE outbox_archive ADD CHECK (shelf > 0)",
                        "may not draw from sequence public.outbox_archive_shelf_seq"),
                archive(
                        "a rule",
                        ARCHIVE + INSERT + "CREATE RULE discard AS ON INSERT TO outbox_archive DO INSTEAD NOTHING",
                        "rule discard of the archive public.outbox_archive rewrites what is inserted"),
                archive(
                        "an unlogged archive",
                        ARCHIVE.replace("CREATE", "CREATE UNLOGGED") + INSERT,
                        "public.outbox_archive is unlogged or temporary"),
                archive(
                        "no SELECT on all columns",
                        ARCHIVE + INSERT
                                + "ALTER TABLE outbox ADD COLUMN note text; ALTER TABLE outbox_archive ADD COLUMN note text;"
                                + "REVOKE SELECT ON outbox FROM \"Relay-1\";"
                                + "GRANT SELECT (id, seq, aggregatetype, aggregateid, type, payload) ON outbox TO \"Relay-1\"",
                        "\"Relay-1\" may not read public.outbox"));
    }

    static List<UnsoundOutbox> states() {
        return List.of(
                states(
                        "no table of states",
                        "",
                        "the table of states public.outbox_relay_state (outbox.stateTable) does not exist"),
                new UnsoundOutbox(
                        "nothing at all",
                        "SELECT 1",
                        keeping("\"My States\".\"State; --\""),
                        List.of("table outbox does not exist")),
                new UnsoundOutbox(
                        "no table of states, in a schema that is not there",
                        UnsoundOutbox.sound() + InspectedDatabase.GRANTS,
                        keeping("\"My States\".\"State; --\""),
                        List.of("the table of states \"My States\".\"State; --\" (outbox.stateTable) does not exist")),
                states(
                        "no privilege on it",
                        STATES + "REVOKE ALL ON outbox_relay_state FROM \"Relay-1\"",
                        "\"Relay-1\" may not read, insert into and update public.outbox_relay_state"),
                states(
                        "no UPDATE of it",
                        STATES + "REVOKE UPDATE ON outbox_relay_state FROM \"Relay-1\"",
                        "\"Relay-1\" may not read, insert into and update public.outbox_relay_state"),
                states(
                        "no key",
                        STATES + "ALTER TABLE outbox_relay_state DROP CONSTRAINT outbox_relay_state_pkey",
                        "public.outbox_relay_state does not keep the states of different outboxes apart"),
                states(
                        "an unlogged table of states",
                        STATES + "ALTER TABLE outbox_relay_state SET UNLOGGED",
                        "public.outbox_relay_state is unlogged or temporary"),
                states(
                        "no EXECUTE on what tells databases apart",
                        STATES + "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC;"
                                + " REVOKE EXECUTE ON FUNCTION pg_walfile_name(pg_lsn) FROM PUBLIC",
                        "may not execute pg_control_system()",
                        "may not execute pg_walfile_name(pg_lsn)"));
    }

    private static UnsoundOutbox archive(String name, String setup, String... expected) {
        return new UnsoundOutbox(
                name,
                UnsoundOutbox.sound() + InspectedDatabase.GRANTS + ";" + setup,
                archiving(null),
                List.of(expected));
    }

    /** Where rows stay, nobody needs to be allowed to delete them. */
    private static UnsoundOutbox states(String name, String setup, String... expected) {
        return new UnsoundOutbox(
                name,
                UnsoundOutbox.sound() + InspectedDatabase.GRANTS + ";REVOKE DELETE ON outbox FROM \"Relay-1\";" + setup,
                keeping(null),
                List.of(expected));
    }
}
