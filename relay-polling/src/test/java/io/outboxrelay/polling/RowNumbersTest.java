package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowNumbersTest {

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void behaves_as_a_plain_queue_does(long seed) {
        Random random = new Random(seed);
        RowNumbers numbers = new RowNumbers();
        ArrayDeque<Long> model = new ArrayDeque<>();
        for (int step = 0; step < 400; step++) {
            for (int more = random.nextInt(50); more > 0; more--) {
                long number = random.nextLong();
                numbers.add(number);
                model.add(number);
            }
            int gone = random.nextInt(Math.min(model.size(), 45) + 1);
            long[] oldest = numbers.oldest(gone);
            numbers.forgetOldest(gone);
            for (long number : oldest) {
                assertThat(number).isEqualTo(model.remove());
            }
            assertThat(numbers.size()).isEqualTo(model.size());
        }
        assertThat(numbers.oldest(numbers.size()))
                .containsExactly(model.stream().mapToLong(Long::longValue).toArray());
        assertThat(numbers.ascending())
                .containsExactly(
                        model.stream().mapToLong(Long::longValue).sorted().toArray());
    }
}
