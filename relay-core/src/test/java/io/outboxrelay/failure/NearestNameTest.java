package io.outboxrelay.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {

    private static final List<String> KNOWN = List.of("linger.ms", "batch.size", "bootstrap.servers", "acks");

    @ParameterizedTest
    @CsvSource({
        "linger.m, linger.ms",
        "lniger.ms, linger.ms",
        "batchsize, batch.size",
        "bootstrap.server, bootstrap.servers",
        "ack, acks",
        "acks, acks"
    })
    void finds_what_was_meant(String written, String meant) {
        assertThat(NearestName.of(written, KNOWN)).hasValue(meant);
    }

    @Test
    void suggests_nothing_far_fetched() {
        assertThat(NearestName.of("topic.template", KNOWN)).isEmpty();
        assertThat(NearestName.of("", KNOWN)).isEmpty();
    }
}
