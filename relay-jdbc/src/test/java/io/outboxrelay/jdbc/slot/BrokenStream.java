package io.outboxrelay.jdbc.slot;

import io.outboxrelay.failure.FailureKind;
import java.util.List;
import java.util.function.Function;

/**
 * One thing that happens to a stream that was sound and under way.
 *
 * @param name of the case
 * @param breaking the statements that do it
 * @param kind of the failure at the next start
 * @param expected what it must say, each problem in its order
 */
record BrokenStream(
        String name, Function<StreamedDatabase, List<String>> breaking, FailureKind kind, List<String> expected) {

    @Override
    public String toString() {
        return name;
    }

    private static BrokenStream lost(
            String name, Function<StreamedDatabase, List<String>> breaking, String... expected) {
        return new BrokenStream(name, breaking, FailureKind.POSITION_LOST, List.of(expected));
    }

    static List<BrokenStream> cases() {
        String older = "is older than the publication as it has to be";
        return List.of(
                lost("slot dropped", at -> List.of(at.statements().dropSlot()), "there is no replication slot"),
                lost(
                        "slot made anew",
                        at -> List.of(
                                at.statements().dropSlot(), at.statements().createSlot(180_000)),
                        "the slot was made anew or advanced"),
                lost(
                        "slot advanced by somebody",
                        at -> List.of(
                                "INSERT INTO app.outbox VALUES (gen_random_uuid())",
                                "SELECT pg_replication_slot_advance('"
                                        + at.request().slot() + "', pg_current_wal_lsn())"),
                        "the slot was made anew or advanced"),
                lost(
                        "publication dropped",
                        at -> List.of("DROP PUBLICATION " + at.publication()),
                        "there is no publication",
                        older),
                lost(
                        "publication made anew",
                        at -> List.of(
                                "DROP PUBLICATION " + at.publication(),
                                at.statements().createPublication()),
                        "was made anew or altered"),
                lost(
                        "publication made anew, for all tables",
                        at -> List.of(
                                "DROP PUBLICATION " + at.publication(),
                                "CREATE PUBLICATION " + at.publication() + " FOR ALL TABLES"),
                        "is for all tables",
                        older),
                lost(
                        "publication made anew, for a schema",
                        at -> List.of(
                                "DROP PUBLICATION " + at.publication(),
                                "CREATE PUBLICATION " + at.publication() + " FOR TABLES IN SCHEMA app"),
                        "is for all tables",
                        older),
                lost(
                        "publication without inserts",
                        at -> List.of("ALTER PUBLICATION " + at.publication() + " SET (publish = 'update')"),
                        "publishes no inserts",
                        older),
                lost(
                        "publication without inserts for a while",
                        at -> List.of(
                                "ALTER PUBLICATION " + at.publication() + " SET (publish = 'update')",
                                "ALTER PUBLICATION " + at.publication() + " SET (publish = 'insert')"),
                        "was made anew or altered"),
                lost(
                        "table taken out of the publication",
                        at -> List.of("ALTER PUBLICATION " + at.publication() + " DROP TABLE app.outbox"),
                        "does not have table app.outbox",
                        older),
                lost(
                        "table taken out of the publication for a while",
                        at -> List.of(
                                "ALTER PUBLICATION " + at.publication() + " DROP TABLE app.outbox",
                                "ALTER PUBLICATION " + at.publication() + " ADD TABLE app.outbox"),
                        "was made anew or altered"),
                lost(
                        "row filter",
                        at -> List.of("ALTER PUBLICATION " + at.publication()
                                + " SET TABLE app.outbox WHERE (aggregatetype <> 'order')"),
                        "only rows of app.outbox that meet a condition",
                        older),
                lost(
                        "column list",
                        at -> List.of(
                                "ALTER PUBLICATION " + at.publication() + " SET TABLE app.outbox (id, aggregateid)"),
                        "not the columns payload of app.outbox",
                        older),
                lost(
                        "another table published",
                        at -> List.of(
                                "CREATE TABLE app.other (id int)",
                                "ALTER PUBLICATION " + at.publication() + " ADD TABLE app.other"),
                        "has other tables than the outbox, app.other",
                        older),
                lost(
                        "table replaced by a partitioned one",
                        at -> List.of(
                                "DROP TABLE app.outbox",
                                "CREATE TABLE app.outbox (id uuid, aggregateid text, payload text) PARTITION BY HASH (id)",
                                "CREATE TABLE app.outbox_0 PARTITION OF app.outbox FOR VALUES WITH (MODULUS 1, REMAINDER 0)",
                                "ALTER PUBLICATION " + at.publication() + " SET (publish_via_partition_root = false)",
                                "ALTER PUBLICATION " + at.publication() + " ADD TABLE app.outbox"),
                        "does not publish rows of partitions as rows of app.outbox",
                        older));
    }
}
