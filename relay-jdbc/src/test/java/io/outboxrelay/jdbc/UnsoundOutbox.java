package io.outboxrelay.jdbc;

import java.util.ArrayList;
import java.util.List;

/** Outboxes that each lack one thing, and what the inspection must say about it. The remedies are run as they stand. */
record UnsoundOutbox(String name, String setup, InspectionRequest request, List<String> expected) {

    private static final String SOUND_SEQUENCE = "bigint GENERATED ALWAYS AS IDENTITY";

    @Override
    public String toString() {
        return name;
    }

    static String table(String sequence, String payload, String further) {
        return "CREATE TABLE outbox (id uuid PRIMARY KEY, seq " + sequence
                + ", aggregatetype text, aggregateid text NOT NULL, type text," + " payload " + payload + ")" + further
                + ";";
    }

    static String sound() {
        return table(SOUND_SEQUENCE, "jsonb", "") + index();
    }

    static String index() {
        return "CREATE UNIQUE INDEX ON outbox (seq);";
    }

    private static String serial() {
        return table("bigserial NOT NULL", "jsonb", "") + index();
    }

    private static String drawing(String body) {
        return "CREATE FUNCTION draw() RETURNS trigger LANGUAGE plpgsql AS $$" + body + "$$;";
    }

    private static String trigger(String mode) {
        return "CREATE TRIGGER draw BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION draw();"
                + (mode.isEmpty() ? "" : "ALTER TABLE outbox " + mode + " TRIGGER draw;");
    }

    private static String straight(String sequence) {
        return drawing("BEGIN NEW.seq := nextval('" + sequence + "'); RETURN NEW; END");
    }

    /** The trigger variant of a partitioned table. */
    static String partitioned(String mode) {
        return "CREATE SEQUENCE drawn;"
                + table("bigint NOT NULL", "jsonb", " PARTITION BY HASH (aggregateid)")
                        .replace("uuid PRIMARY KEY", "uuid NOT NULL")
                + "CREATE UNIQUE INDEX ON outbox (seq, aggregateid);" + straight("drawn") + trigger(mode)
                + "CREATE TABLE outbox_0 PARTITION OF outbox FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
                + "CREATE TABLE outbox_1 PARTITION OF outbox FOR VALUES WITH (MODULUS 2, REMAINDER 1);";
    }

    private static UnsoundOutbox of(String name, String setup, String... expected) {
        return new UnsoundOutbox(
                name, setup + InspectedDatabase.GRANTS, InspectedDatabase.request(), List.of(expected));
    }

    /** With a column for the message's time. */
    private static UnsoundOutbox timed(String name, String setup, String... expected) {
        return new UnsoundOutbox(
                name, setup + InspectedDatabase.GRANTS, InspectedDatabase.requestTimed(), List.of(expected));
    }

    private static UnsoundOutbox withoutGrants(String name, String setup, String... expected) {
        return new UnsoundOutbox(name, setup, InspectedDatabase.request(), List.of(expected));
    }

    /** Those whose remedies are SQL. */
    static List<UnsoundOutbox> curable() {
        List<UnsoundOutbox> all = new ArrayList<>();
        all.addAll(columns());
        all.addAll(numbers());
        all.addAll(sequences());
        all.addAll(privileges());
        return all;
    }

    static List<UnsoundOutbox> aboutTheSequence() {
        List<UnsoundOutbox> all = new ArrayList<>(numbers());
        all.addAll(sequences());
        all.removeIf(outbox -> outbox.name().equals("several at once"));
        return all;
    }

    private static List<UnsoundOutbox> columns() {
        return List.of(
                withoutGrants("nothing at all", "SELECT 1", "table outbox does not exist"),
                new UnsoundOutbox(
                        "nothing at all, in a schema that is not there",
                        "SELECT 1",
                        InspectedDatabase.request("\"My Shop\".\"Out\"\"box\""),
                        List.of("table \"My Shop\".\"Out\"\"box\" does not exist")),
                of(
                        "no sequence column",
                        sound() + "ALTER TABLE outbox DROP seq;",
                        "has no column \"seq\" (outbox.columns.sequence)"),
                of(
                        "no payload",
                        sound() + "ALTER TABLE outbox DROP payload;",
                        "has no column \"payload\" (outbox.columns.payload)"),
                of(
                        "no column for routing",
                        sound() + "ALTER TABLE outbox DROP aggregatetype;",
                        "has no column \"aggregatetype\" (route)"),
                of(
                        "xml payload",
                        table(SOUND_SEQUENCE, "text[]", "") + index(),
                        "public.outbox.payload (outbox.columns.payload) is text[]"),
                timed("no time", sound(), "has no column \"happened\" (outbox.columns.timestamp)"),
                timed(
                        "time as text",
                        sound() + "ALTER TABLE outbox ADD happened text; INSERT INTO outbox (id, aggregateid, happened)"
                                + " VALUES (gen_random_uuid(), 'k', '2026-11-22 00:30:00+02');",
                        "public.outbox.happened (outbox.columns.timestamp) is text; it must be one of int8"),
                timed(
                        "time in seconds",
                        sound() + "ALTER TABLE outbox ADD happened integer;",
                        "is integer; it must be one of int8"),
                of("large object payload", table(SOUND_SEQUENCE, "oid", "") + index(), "is oid; it must be one of"),
                of(
                        "numeric id",
                        sound() + "ALTER TABLE outbox ALTER id TYPE numeric USING 1;",
                        "is numeric; it must be one of"),
                of(
                        "integer sequence",
                        table("integer GENERATED ALWAYS AS IDENTITY", "jsonb", "") + index(),
                        "public.outbox.seq is integer",
                        "sequence public.outbox_seq_seq is not bigint"),
                of(
                        "nullable sequence",
                        serialWithTrigger() + "ALTER TABLE outbox ALTER seq DROP NOT NULL;",
                        "public.outbox.seq may be null"),
                of(
                        "unlogged table",
                        sound() + "ALTER TABLE outbox SET UNLOGGED;",
                        "public.outbox is unlogged",
                        "sequence public.outbox_seq_seq is unlogged"));
    }

    private static String serialWithTrigger() {
        return serial() + straight("public.outbox_seq_seq") + trigger("ENABLE ALWAYS");
    }

    private static List<UnsoundOutbox> numbers() {
        return List.of(
                of(
                        "identity by default",
                        table("bigint GENERATED BY DEFAULT AS IDENTITY", "jsonb", "") + index(),
                        "is GENERATED BY DEFAULT"),
                of(
                        "serial",
                        serial()
                                + "INSERT INTO outbox(id, aggregateid) SELECT gen_random_uuid(), 'a' FROM generate_series(1, 9);",
                        "has a plain default (serial)"),
                of(
                        "numbers of the application",
                        table("bigint NOT NULL", "jsonb", "") + index()
                                + "INSERT INTO outbox(id, seq, aggregateid) VALUES (gen_random_uuid(), 17, 'a');",
                        "is drawn from no sequence"),
                of(
                        "trigger not always",
                        serial() + straight("outbox_seq_seq") + trigger(""),
                        "trigger draw of public.outbox is not ENABLE ALWAYS"),
                of(
                        "trigger disabled",
                        serial() + straight("outbox_seq_seq") + trigger("DISABLE"),
                        "trigger draw of public.outbox is not ENABLE ALWAYS"),
                of(
                        "trigger from another sequence",
                        "CREATE SEQUENCE other;" + serial() + straight("other") + trigger("ENABLE ALWAYS"),
                        "draws from another sequence than the column's own"),
                of(
                        "trigger over an identity",
                        "CREATE SEQUENCE other;" + sound() + straight("other") + trigger(""),
                        "draws from another sequence than the column's own"),
                of(
                        "trigger that lets a number stand",
                        serial()
                                + drawing(
                                        "BEGIN IF NEW.seq IS NULL THEN NEW.seq := nextval('outbox_seq_seq'); END IF; RETURN NEW; END")
                                + trigger("ENABLE ALWAYS"),
                        "may set the sequence column to something else"),
                of(
                        "trigger with a condition",
                        serial() + straight("outbox_seq_seq")
                                + "CREATE TRIGGER draw BEFORE INSERT ON outbox FOR EACH ROW WHEN (NEW.seq > 5) EXECUTE FUNCTION draw(); ALTER TABLE outbox ENABLE ALWAYS TRIGGER draw;",
                        "may set the sequence column to something else"),
                of(
                        "two triggers",
                        "CREATE SEQUENCE other;" + serialWithTrigger()
                                + drawing("BEGIN NEW.seq := nextval('other'); RETURN NEW; END")
                                        .replace("draw()", "redraw()")
                                + "CREATE TRIGGER redraw BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION redraw();",
                        "draws from another sequence than the trigger that fires before it"),
                of(
                        "partitions with a trigger that is not always",
                        partitioned(""),
                        "trigger draw of public.outbox_0 is not ENABLE ALWAYS",
                        "trigger draw of public.outbox_1 is not ENABLE ALWAYS"),
                of(
                        "partitions with serial",
                        table("bigserial NOT NULL", "jsonb", " PARTITION BY HASH (aggregateid)")
                                        .replace("uuid PRIMARY KEY", "uuid NOT NULL")
                                + "CREATE TABLE outbox_0 PARTITION OF outbox FOR VALUES WITH (MODULUS 1, REMAINDER 0);",
                        "no valid, whole, unique btree index",
                        "column seq of public.outbox_0 has a plain default (serial)"),
                of(
                        "rows above the last number",
                        sound()
                                + "INSERT INTO outbox(id, seq, aggregateid) OVERRIDING SYSTEM VALUE VALUES (gen_random_uuid(), 1000, 'a');",
                        "have numbers up to 1000, but sequence public.outbox_seq_seq has drawn only up to 0"));
    }

    private static List<UnsoundOutbox> sequences() {
        String sequence = sound() + "ALTER SEQUENCE outbox_seq_seq ";
        return List.of(
                of("cache 50", sequence + "CACHE 50;", "has CACHE 50"),
                of("increment 10", sequence + "INCREMENT 10;", "counts in steps of 10"),
                of("cycle", sequence + "CYCLE;", "starts over at its end"),
                of(
                        "unlogged sequence",
                        "CREATE UNLOGGED SEQUENCE drawn;" + table("bigint NOT NULL", "jsonb", "") + index()
                                + straight("drawn") + trigger("ENABLE ALWAYS"),
                        "sequence public.drawn is unlogged"),
                of("no index", table(SOUND_SEQUENCE, "jsonb", ""), "leads with seq"),
                of(
                        "partial index",
                        table(SOUND_SEQUENCE, "jsonb", "")
                                + "CREATE UNIQUE INDEX part ON outbox (seq) WHERE type IS NOT NULL;",
                        "leads with seq: public.part is partial"),
                of(
                        "index that does not lead",
                        table(SOUND_SEQUENCE, "jsonb", "") + "CREATE UNIQUE INDEX second ON outbox (type, seq);",
                        "public.second does not lead with it"),
                of(
                        "index that is not unique",
                        table(SOUND_SEQUENCE, "jsonb", "") + "CREATE INDEX plain ON outbox (seq);",
                        "public.plain is not unique"),
                of(
                        "hash index",
                        table(SOUND_SEQUENCE, "jsonb", "") + "CREATE INDEX hashed ON outbox USING hash (seq);",
                        "public.hashed is not unique"),
                of(
                        "several at once",
                        table("integer GENERATED BY DEFAULT AS IDENTITY (CACHE 5)", "text[]", "")
                                .replace("CREATE TABLE", "CREATE UNLOGGED TABLE"),
                        "is unlogged",
                        "is text[]",
                        "is integer",
                        "leads with seq",
                        "BY DEFAULT",
                        "is not bigint",
                        "has CACHE 5",
                        "is unlogged"));
    }

    private static List<UnsoundOutbox> privileges() {
        String sound = sound() + InspectedDatabase.GRANTS + ";";
        return List.of(
                withoutGrants(
                        "no privilege at all",
                        sound(),
                        "may not read public.outbox",
                        "may not delete from public.outbox",
                        "may not read sequence public.outbox_seq_seq"),
                withoutGrants(
                        "no SELECT",
                        sound + "REVOKE SELECT ON outbox FROM \"Relay-1\"",
                        "\"Relay-1\" may not read public.outbox"),
                withoutGrants(
                        "no DELETE",
                        sound + "REVOKE DELETE ON outbox FROM \"Relay-1\"",
                        "\"Relay-1\" may not delete from public.outbox"),
                withoutGrants(
                        "no SELECT on the sequence",
                        sound + "REVOKE SELECT ON SEQUENCE outbox_seq_seq FROM \"Relay-1\"",
                        "\"Relay-1\" may not read sequence public.outbox_seq_seq"),
                new UnsoundOutbox(
                        "no USAGE on the schema",
                        sound + "REVOKE USAGE ON SCHEMA public FROM PUBLIC",
                        InspectedDatabase.request("public.outbox"),
                        List.of("\"Relay-1\" may not use schema public")),
                withoutGrants(
                        "no EXECUTE on the barrier",
                        sound
                                + "DO $$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc WHERE proname = 'pg_logical_emit_message' AND proargtypes[2] = 'text'::regtype LOOP EXECUTE 'REVOKE EXECUTE ON FUNCTION ' || f || ' FROM PUBLIC'; END LOOP; END $$",
                        "may not execute pg_logical_emit_message"));
    }
}
