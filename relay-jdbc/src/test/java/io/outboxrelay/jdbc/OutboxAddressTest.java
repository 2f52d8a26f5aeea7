package io.outboxrelay.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutboxAddressTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                jdbc:postgresql://db:5432/shop                        | outbox
                jdbc:postgresql://db/shop                             | public.outbox
                jdbc:postgresql://DB/shop?sslmode=verify-full         | PUBLIC.Outbox
                jdbc:postgresql://other:5433,db:5432/shop             | "public"."outbox"
                jdbc:postgresql://db/shop?currentSchema=public,other  | outbox
                jdbc:postgresql://db/shop?currentSchema=elsewhere     | public.outbox
                """)
    void one_outbox_may_be_written_in_several_ways(String url, String table) {
        assertThat(address(url, table).isSameAs(address("jdbc:postgresql://db/shop", "outbox")))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                jdbc:postgresql://db:5433/shop                     | outbox
                jdbc:postgresql://db2/shop                         | outbox
                jdbc:postgresql://db/bill                          | outbox
                jdbc:postgresql://db/shop                          | outbox2
                jdbc:postgresql://db/shop                          | "Outbox"
                jdbc:postgresql://db/shop                          | bill.outbox
                jdbc:postgresql://db/shop?currentSchema=bill       | outbox
                """)
    void another_server_database_schema_or_table_is_another_outbox(String url, String table) {
        assertThat(address(url, table).isSameAs(address("jdbc:postgresql://db/shop", "outbox")))
                .isFalse();
    }

    @Test
    void what_a_url_leaves_out_is_what_the_driver_takes() {
        assertThat(address("jdbc:postgresql:shop", "outbox")
                        .isSameAs(address("jdbc:postgresql://127.0.0.1:5432/shop", "outbox")))
                .isTrue();
    }

    @Test
    void what_cannot_be_understood_leads_nowhere() {
        assertThat(OutboxAddress.of("jdbc:mysql://db/shop", null, "outbox")).isEmpty();
        assertThat(OutboxAddress.of("jdbc:postgresql://db/shop", null, "a.b.c")).isEmpty();
    }

    private static OutboxAddress address(String url, String table) {
        return OutboxAddress.of(url, "relay", table).orElseThrow();
    }
}
