package io.outboxrelay.debezium;

import java.util.List;

/** Statements, which OUTBOX and THERE stand in, while READING begins and ends. */
enum MySqlSwap {
    OF_A_COPY_MADE_BEFORE_THE_FIRST_START(
            Outcome.LOST,
            "CREATE TABLE _OUTBOX_new THERE",
            "READING",
            "RENAME TABLE OUTBOX TO _OUTBOX_old, _OUTBOX_new TO OUTBOX"),
    OF_A_COPY_MADE_BEFORE_IN_TWO_STATEMENTS(
            Outcome.LOST,
            "CREATE TABLE _OUTBOX_new THERE",
            "READING",
            "NOBODY",
            "ALTER TABLE OUTBOX RENAME TO x_OUTBOX",
            "ALTER TABLE _OUTBOX_new RENAME OUTBOX",
            "READING"),
    OF_ONE_THAT_NOBODY_COUNTS_AMONG_COPIES(
            Outcome.EITHER,
            "READING",
            "CREATE TABLE elsewhere.other_OUTBOX LIKE OUTBOX",
            "RENAME TABLE elsewhere.other_OUTBOX TO elsewhere.OUTBOX",
            "RENAME TABLE elsewhere.OUTBOX TO _OUTBOX_new",
            "RENAME TABLE _OUTBOX_new TO foreign_name",
            "NOBODY",
            "READING",
            "ALTER TABLE foreign_name MODIFY type VARCHAR(50) AFTER aggregatetype",
            "RENAME TABLE foreign_name TO _OUTBOX_new",
            "NOBODY",
            "READING",
            "RENAME TABLE OUTBOX TO _OUTBOX_old, _OUTBOX_new TO OUTBOX"),
    LIKE_A_TEMPLATE_MADE_BEFORE(
            Outcome.LOST,
            "CREATE TABLE template THERE",
            "READING",
            "NOBODY",
            "DROP TABLE OUTBOX",
            "CREATE TABLE OUTBOX LIKE template",
            "READING"),
    BY_A_TOOL(
            Outcome.READ,
            "READING",
            "CREATE TABLE _OUTBOX_gho LIKE OUTBOX",
            "NOBODY",
            "READING",
            "ALTER TABLE _OUTBOX_gho MODIFY type VARCHAR(50) AFTER aggregatetype",
            "NOBODY",
            "READING",
            "RENAME TABLE OUTBOX TO _OUTBOX_del, _OUTBOX_gho TO OUTBOX",
            "NOBODY",
            "READING",
            "DROP TABLE _OUTBOX_del"),
    IN_A_CIRCLE(
            Outcome.READ,
            "READING",
            "CREATE TABLE _OUTBOX_new THERE",
            "NOBODY",
            "READING",
            "RENAME TABLE OUTBOX TO t, _OUTBOX_new TO OUTBOX, t TO _OUTBOX_new",
            "NOBODY",
            "READING",
            "RENAME TABLE OUTBOX TO t, _OUTBOX_new TO OUTBOX, t TO _OUTBOX_new"),
    OF_A_TABLE_OF_ANOTHER_DATABASE(
            Outcome.READ,
            "READING",
            "CREATE TABLE elsewhere.x THERE",
            "RENAME TABLE OUTBOX TO elsewhere.old, elsewhere.x TO OUTBOX",
            "NOBODY",
            "READING"),
    WITH_THE_WHOLE_DATABASE(
            Outcome.READ,
            "READING",
            "CREATE TABLE elsewhere.x HERE",
            "DROP /* it is made anew */ SCHEMA elsewhere",
            "CREATE DATABASE elsewhere",
            "CREATE TABLE elsewhere.x THERE",
            "RENAME TABLE OUTBOX TO elsewhere.old, elsewhere.x TO OUTBOX",
            "NOBODY",
            "READING"),
    OF_COLUMNS_ALONE(
            Outcome.READ,
            "READING",
            "NOBODY",
            "ALTER TABLE OUTBOX CHANGE type kind VARCHAR(50), CHANGE aggregateid type VARCHAR(50)",
            "ALTER TABLE OUTBOX CHANGE kind aggregateid VARCHAR(50)",
            "READING",
            "NOBODY",
            "READING"),
    OF_TWO_NAMES(
            Outcome.LOST,
            "READING",
            "ALTER TABLE OUTBOX CHANGE type aggregateid VARCHAR(50), CHANGE aggregateid type VARCHAR(50)"),
    FOR_ONE_THAT_IS_THERE_ALREADY(
            Outcome.READ,
            "CREATE TABLE other THERE",
            "READING",
            "CREATE TABLE IF NOT EXISTS OUTBOX THERE",
            "DROP TABLE other",
            "CREATE TABLE other THERE",
            "CREATE TABLE /* as ever */ if not exists `OUTBOX` ( LIKE other )",
            "NOBODY",
            "READING");

    final Outcome outcome;
    final List<String> steps;

    MySqlSwap(Outcome outcome, String... steps) {
        this.outcome = outcome;
        this.steps = List.of(steps);
    }

    enum Outcome {
        READ,
        LOST,
        EITHER
    }

    /** Of the outbox; in a copy the key and the type have changed places. */
    private static final String HERE =
            "(id VARCHAR(50) NOT NULL PRIMARY KEY, aggregatetype VARCHAR(50) DEFAULT 'order',"
                    + " aggregateid VARCHAR(50), type VARCHAR(50), payload LONGTEXT) CHARACTER SET utf8mb4";

    static final String THERE =
            HERE.replace("aggregateid VARCHAR(50), type VARCHAR(50)", "type VARCHAR(50), aggregateid VARCHAR(50)");

    /** A statement as it is for this outbox. */
    static String of(String outbox, String statement) {
        return statement.replace("OUTBOX", outbox).replace("THERE", THERE).replace("HERE", HERE);
    }
}
