package io.outboxrelay.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frontier, gaps, settling and deletes against a simulated database, many thousands of interleavings by seed. After every step:
 * no number that may still appear, or that appeared and was not read, has been given up; in the end every committed row was
 * read once, in the order of its key, and no other row was deleted.
 */
class ReadingProgressModelTest {

    private static final int STEPS = 400;

    @ParameterizedTest(name = "seeds from {0}000")
    @ValueSource(ints = {1, 2, 3, 4})
    void never_gives_up_a_number_that_can_still_appear(int thousand) {
        for (int seed = 1_000 * thousand; seed < 1_000 * thousand + 500; seed++) {
            new Run(seed, ReaderRules.PRODUCTION).run();
        }
    }

    @Test
    void notices_gaps_dropped_after_a_read_that_its_rows_limited() {
        assertCaught(ReaderRules.PRODUCTION.withCompleteness(
                (page, settled) -> !page.cut() || page.lastNumber() >= settled));
    }

    @Test
    void notices_gaps_dropped_after_a_read_that_its_bytes_cut() {
        assertCaught(ReaderRules.PRODUCTION.withCompleteness(
                (page, settled) -> page.rows() < page.rowsMax() || page.lastNumber() >= settled));
    }

    @Test
    void notices_a_delete_run_that_goes_on_over_a_dropped_gap() {
        assertCaught(ReaderRules.PRODUCTION.withRuns((previous, next, frontier) -> {
            for (long number = previous + 1; number < next; number++) {
                if (frontier.inGap(number)) {
                    return false;
                }
            }
            return true;
        }));
    }

    @Test
    void notices_gaps_left_out_before_those_who_ended_were_looked_for() {
        assertCaught(ReaderRules.PRODUCTION.withDormancy((lookedThrough, capture) -> true));
    }

    @Test
    void often_leaves_gaps_out() {
        int reads = 0;
        for (int seed = 1; seed <= 100; seed++) {
            Run run = new Run(seed, ReaderRules.PRODUCTION);
            run.run();
            reads += run.dormantReads;
        }
        assertThat(reads).isGreaterThan(200);
    }

    private static void assertCaught(ReaderRules wrong) {
        assertThatThrownBy(() -> {
                    for (int seed = 1; seed <= 2_000; seed++) {
                        new Run(seed, wrong).run();
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed");
    }

    private static final class Run {
        private final int seed;
        private final Random random;
        private final ModelDatabase database;
        private final ReadingProgress progress;
        private final List<Long> read = new ArrayList<>();
        private int dormantReads;

        Run(int seed, ReaderRules rules) {
            this.seed = seed;
            this.random = new Random(seed);
            this.database = new ModelDatabase(random);
            this.progress = new ReadingProgress(rules);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1 -> read(1 + random.nextInt(8), random.nextInt(4) == 0);
                    case 2 -> progress.looked(database.look());
                    case 3 -> {
                        // Seldom, so that there are runs long enough for a range.
                        if (random.nextInt(8) == 0) {
                            delete();
                        }
                    }
                    default -> database.step();
                }
                assertNothingGivenUp();
            }
            database.finish();
            for (int round = 0; round < 3; round++) {
                progress.looked(database.look());
                read(1_000_000, false);
            }
            assertThat(read).as("read, seed " + seed).doesNotHaveDuplicates();
            assertThat(new HashSet<>(read)).as("read, seed " + seed).isEqualTo(database.committed());
            assertThat(progress.frontier().gaps()).as("gaps, seed " + seed).isEmpty();
            assertKeysInOrder();
        }

        private void read(int rowsMax, boolean cutting) {
            ReadStart start = progress.startRead();
            List<Long> visible = database.visible(progress.frontier(), start.dormancy());
            dormantReads += start.dormancy().transactionIds().isEmpty() ? 0 : 1;
            boolean cut = cutting && visible.size() > 1;
            int rows = Math.min(cut ? 1 + random.nextInt(visible.size() - 1) : visible.size(), rowsMax);
            for (long number : visible.subList(0, rows)) {
                progress.read(number);
                read.add(number);
            }
            boolean cutByBytes = cut && rows < rowsMax;
            progress.readEnded(
                    start,
                    new ReadExtent(rows, rowsMax, cutByBytes, rows == 0 ? Long.MIN_VALUE : visible.get(rows - 1)),
                    0);
        }

        private void delete() {
            int count = random.nextInt(progress.standing().size() + 1);
            Set<Long> expected = new HashSet<>();
            for (long number : progress.standing().oldest(count)) {
                expected.add(number);
            }
            DeletePlan plan = progress.planDelete(count);
            Set<Long> covered = new HashSet<>();
            for (long key : plan.keys()) {
                covered.add(key);
            }
            for (NumberRange range : plan.ranges()) {
                for (long number = range.lo(); number <= range.hi(); number++) {
                    covered.add(number);
                }
            }
            assertThat(covered).as("deletes, seed " + seed).isEqualTo(expected);
            covered.forEach(database::delete);
            progress.settledOldest(count);
            progress.coalesce();
        }

        private void assertNothingGivenUp() {
            Frontier frontier = progress.frontier();
            Set<Long> wanted = database.possible();
            wanted.addAll(database.committed());
            wanted.removeAll(read);
            assertThat(wanted)
                    .as("numbers that must not be given up, seed " + seed)
                    .allMatch(number -> number > frontier.top() || frontier.inGap(number));
        }

        private void assertKeysInOrder() {
            Map<Integer, Long> last = new HashMap<>();
            for (long number : read) {
                int key = database.key(number);
                if (key >= 0) {
                    Long before = last.put(key, number);
                    assertThat(before == null || before < number)
                            .as("key " + key + " came to " + number + " after " + before + ", seed " + seed)
                            .isTrue();
                }
            }
        }
    }
}
