package io.outboxrelay.testkit;

import java.util.List;
import java.util.stream.Collectors;

/**
 * SQL of an outbox table and of the small shop that writes to it.
 *
 * @param table name of the outbox as it stands in SQL, with a schema where wanted: {@code shop.outbox}; parts that need
 *     quoting come quoted
 * @param payloadType {@code jsonb}, {@code json}, {@code text} or {@code bytea}; on MySQL {@code longtext}
 * @param numbering how rows get their number
 */
public record OutboxSchema(String table, String payloadType, Numbering numbering) {
    /** The aggregate types of the workload; each has a topic of its own, and a partition where there are any. */
    public static final List<String> AGGREGATE_TYPES = List.of("order", "payment", "shipment");

    /** How rows get their sequence number. */
    public enum Numbering {
        /** {@code GENERATED ALWAYS AS IDENTITY}: the usual, sound way. */
        IDENTITY,
        /** The same with {@code CACHE 50}: unsound, each session draws ahead. For tests of what must be refused. */
        IDENTITY_CACHE_50,
        /** Partitioned by aggregate type; a {@code BEFORE INSERT ... ENABLE ALWAYS} trigger draws the number. Sound. */
        TRIGGER_PARTITIONED,
        /** MySQL's, and without a number: its log has rows in the order of the commits. */
        NONE_ON_MYSQL
    }

    /** Table {@code outbox}, payload {@code jsonb}, numbered by identity. */
    public static OutboxSchema standard() {
        return new OutboxSchema("outbox", "jsonb", Numbering.IDENTITY);
    }

    /** Table {@code outbox} on MySQL, with a payload that stays as it was written. */
    public static OutboxSchema mySql() {
        return new OutboxSchema("outbox", "longtext", Numbering.NONE_ON_MYSQL);
    }

    /** The same under another table name. */
    public OutboxSchema withTable(String name) {
        return new OutboxSchema(name, payloadType, numbering);
    }

    /** The same with another payload type. */
    public OutboxSchema withPayloadType(String type) {
        return new OutboxSchema(table, type, numbering);
    }

    /** The same numbered otherwise. */
    public OutboxSchema withNumbering(Numbering way) {
        return new OutboxSchema(table, payloadType, way);
    }

    /** Everything that {@link OrderService} needs: outbox, orders and ledger. */
    public String createAll() {
        return createOutbox() + createShop();
    }

    /** The outbox table alone, with its sequence, index and, where partitioned, partitions and trigger. */
    public String createOutbox() {
        return switch (numbering) {
            case IDENTITY -> createNumberedByIdentity(1);
            case IDENTITY_CACHE_50 -> createNumberedByIdentity(50);
            case TRIGGER_PARTITIONED -> createNumberedByTrigger();
            case NONE_ON_MYSQL -> MySqlShop.createOutbox(this);
        };
    }

    /**
     * The business tables: {@code orders} with a version that is raised under the row's lock, and {@code order_ledger}
     * with the event ids of every transaction, written in the same transaction: the database's own word on what
     * committed.
     */
    public String createShop() {
        if (isOnMySql()) {
            return MySqlShop.CREATE;
        }
        return """
                CREATE TABLE orders (id text PRIMARY KEY, version bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);
                CREATE TABLE order_ledger (events uuid[] NOT NULL);
                """;
    }

    /** Name of the table that takes rows of one aggregate type directly; the outbox itself where not partitioned. */
    public String partitionOf(String aggregateType) {
        return numbering == Numbering.TRIGGER_PARTITIONED ? sibling("_" + aggregateType) : table;
    }

    /** An SQL expression that draws the next number by hand. */
    public String nextNumber() {
        return "nextval(pg_get_serial_sequence('" + table.replace("'", "''") + "', 'seq'))";
    }

    boolean isOnMySql() {
        return numbering == Numbering.NONE_ON_MYSQL;
    }

    /** Whether an insert may bring a number that was drawn before. */
    boolean takesNumbersByHand() {
        return numbering == Numbering.IDENTITY || numbering == Numbering.IDENTITY_CACHE_50;
    }

    /** The placeholder for an id, or several in braces, given as text. */
    String idPlaceholder(String type) {
        return isOnMySql() ? "?" : "?::" + type;
    }

    /** The placeholder for a payload given as text. */
    String payloadPlaceholder() {
        if (isOnMySql()) {
            return "?";
        }
        return payloadType.equals("bytea") ? "convert_to(?, 'UTF8')" : "?::" + payloadType;
    }

    private String createNumberedByIdentity(int cache) {
        return """
                CREATE TABLE %s (
                  id uuid PRIMARY KEY,
                  seq bigint GENERATED ALWAYS AS IDENTITY (CACHE %d) UNIQUE,
                  aggregatetype text NOT NULL,
                  aggregateid text NOT NULL,
                  type text NOT NULL,
                  payload %s);
                """.formatted(table, cache, payloadType);
    }

    private String createNumberedByTrigger() {
        String create = """
                CREATE TABLE %1$s (
                  id uuid NOT NULL,
                  seq bigint NOT NULL,
                  aggregatetype text NOT NULL,
                  aggregateid text NOT NULL,
                  type text NOT NULL,
                  payload %2$s,
                  UNIQUE (seq, aggregatetype),
                  PRIMARY KEY (id, aggregatetype)) PARTITION BY LIST (aggregatetype);
                CREATE SEQUENCE %3$s OWNED BY %1$s.seq;
                CREATE FUNCTION %4$s() RETURNS trigger LANGUAGE plpgsql AS
                  $$ BEGIN NEW.seq := nextval('%5$s'); RETURN NEW; END $$;
                CREATE TRIGGER outbox_number BEFORE INSERT ON %1$s FOR EACH ROW EXECUTE FUNCTION %4$s();
                ALTER TABLE %1$s ENABLE ALWAYS TRIGGER outbox_number;
                """.formatted(
                        table,
                        payloadType,
                        sibling("_seq"),
                        sibling("_number"),
                        sibling("_seq").replace("'", "''"));
        return create + AGGREGATE_TYPES.stream().map(this::createPartition).collect(Collectors.joining());
    }

    private String createPartition(String aggregateType) {
        // The trigger is copied to a partition, but not that it fires always, before PostgreSQL 15.
        return """
                CREATE TABLE %1$s PARTITION OF %2$s FOR VALUES IN ('%3$s');
                ALTER TABLE %1$s ENABLE ALWAYS TRIGGER outbox_number;
                """.formatted(partitionOf(aggregateType), table, aggregateType);
    }

    private String sibling(String suffix) {
        return table.endsWith("\"") ? table.substring(0, table.length() - 1) + suffix + "\"" : table + suffix;
    }
}
