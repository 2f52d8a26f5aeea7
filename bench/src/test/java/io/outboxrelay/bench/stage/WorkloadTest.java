package io.outboxrelay.bench.stage;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WorkloadTest {
    private static final Workload WORKLOAD = new Workload(20_000, 100, 4, 1_000, 200);

    @Test
    void a_payload_has_its_size_and_bears_its_number() {
        for (long number : new long[] {0, 7, 19_999, 99_999_999}) {
            byte[] payload = WORKLOAD.payloadOf(number).getBytes(US_ASCII);
            assertThat(payload).hasSize(200);
            assertThat(Workload.numberIn(payload)).isEqualTo(number);
        }
        assertThat(new Workload(1, 1, 1, 1, 3_000_000).payloadOf(0)).hasSize(3_000_000);
    }

    @Test
    void what_bears_no_number_is_told() {
        assertThat(Workload.numberIn("{}".getBytes(US_ASCII))).isEqualTo(-1);
        assertThat(Workload.numberIn("{\"n\": \"7\"}".getBytes(US_ASCII))).isEqualTo(-1);
        assertThat(Workload.numberIn("{\"m\": 7}".getBytes(US_ASCII))).isEqualTo(-1);
    }

    @Test
    void ids_are_uuids_and_all_different() {
        assertThat(LongStream.range(0, 20_000)
                        .mapToObj(number -> UUID.fromString(Workload.idOf(number)))
                        .collect(Collectors.toSet()))
                .hasSize(20_000);
    }

    @Test
    void a_key_belongs_to_one_writer_and_many_keys_are_used() {
        Map<Integer, Integer> writers = new HashMap<>();
        for (long number = 0; number < WORKLOAD.events(); number++) {
            int writer = WORKLOAD.writerOf(number);
            assertThat(writers.merge(WORKLOAD.keyIndexOf(number), writer, (known, other) -> known))
                    .isEqualTo(writer);
        }
        assertThat(writers.keySet()).hasSizeBetween(900, 1_000);
    }

    @Test
    void the_rows_of_a_transaction_are_one_writers_and_the_last_transaction_may_be_short() {
        assertThat(IntStream.range(0, 100).map(WORKLOAD::writerOf).distinct().count())
                .isEqualTo(1);
        assertThat(WORKLOAD.writerOf(100)).isEqualTo(1);
        assertThat(new Workload(101, 100, 4, 10, 200).transactions()).isEqualTo(2);
    }
}
