package io.outboxrelay.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoggedStatementsTest {

    private static final MySqlTable TABLE = new MySqlTable("shop", "outbox");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO outbox VALUES (1)",
                "insert outbox(id) values (1)",
                "INSERT /* traced */ LOW_PRIORITY IGNORE INTO\n`outbox`(id) SELECT id FROM other",
                "REPLACE INTO shop.outbox SET id = 1",
                "INSERT INTO `shop` . `OUTBOX` VALUES (1)",
                "INSERT;outbox"
            })
    void statements_that_insert_into_the_outbox_are_known(String statement) {
        assertThat(LoggedStatements.of("reader", TABLE).insertsInto(statement)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO other SELECT * FROM outbox",
                "INSERT INTO archive.outbox VALUES (1)",
                "INSERT INTO outbox_archive SELECT * FROM outbox",
                "UPDATE outbox SET type = NULL",
                "DELETE FROM outbox"
            })
    void others_are_told_from_them(String statement) {
        assertThat(LoggedStatements.of("reader", TABLE).insertsInto(statement)).isFalse();
    }

    @Test
    void only_the_reader_that_met_one_has_lost_something_and_none_is_for_the_log() {
        LoggedStatements mine = LoggedStatements.of("mine", TABLE);
        LoggedStatements others = LoggedStatements.of("others", TABLE);
        Object[] insert = {"INSERT INTO outbox VALUES ('secret')"};
        assertThat(LoggedStatements.heard("mine", "Received DML '{}' for processing", insert))
                .isTrue();
        assertThat(LoggedStatements.heard("nobody", "Received DML '{}' for processing", insert))
                .isTrue();
        assertThat(LoggedStatements.heard("others", "something else", insert)).isFalse();
        assertThatThrownBy(mine::check)
                .hasMessageContaining("inserted into shop.outbox")
                .hasMessageNotContaining("secret");
        assertThatCode(others::check).doesNotThrowAnyException();
        mine.forget();
        others.forget();
    }
}
