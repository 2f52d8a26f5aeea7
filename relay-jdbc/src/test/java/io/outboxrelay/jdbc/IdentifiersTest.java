package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentifiersTest {

    @Test
    void a_quote_inside_a_name_cannot_end_it() {
        assertThat(Identifiers.quote("a\"; DROP TABLE b; --")).isEqualTo("\"a\"\"; DROP TABLE b; --\"");
    }

    @Test
    void neither_a_quote_nor_a_backslash_can_end_a_constant() {
        assertThat(Identifiers.literal("it's")).isEqualTo("'it''s'");
        assertThat(Identifiers.literal("a\\'b")).isEqualTo("E'a\\\\''b'");
    }

    @Test
    void what_no_name_can_be_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Identifiers.quote(""));
        assertThatIllegalArgumentException().isThrownBy(() -> Identifiers.quote("a\0b"));
        assertThatIllegalArgumentException().isThrownBy(() -> Identifiers.literal("a\0b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "outbox | \"outbox\"",
                "Outbox | \"outbox\"",
                "Public.OutBox | \"public\".\"outbox\"",
                "\"Out.box\" | \"Out.box\"",
                "shop.\"Out\"\"box\" | \"shop\".\"Out\"\"box\"",
                "\"My Shop\".outbox | \"My Shop\".\"outbox\"",
            })
    void reads_table_names_as_sql_does(String written, String quoted) {
        TableName name = TableName.parse(written);

        assertThat(name.quoted()).isEqualTo(quoted);
        assertThat(TableName.parse(name.toString())).isEqualTo(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a.b.c", "\"a", "\"a\"b", "a\"b\"", "\"\"", "a b", "a.\"b", "a;b c"})
    void refuses_what_is_no_table_name(String written) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TableName.parse(written))
                .withMessageContaining("not a table name");
    }
}
