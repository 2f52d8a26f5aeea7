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
 * What is stored where rows are kept, against a simulated database and through many sessions that end anywhere. Whenever something
 * is stored, it covers every number that is settled, and none that is not settled and has appeared or may still appear. In the
 * end every committed row was read, for the first time in the order of its key, and in that order in each session.
 */
class PublishedExtentModelTest {

    private static final int STEPS = 400;

    @ParameterizedTest(name = "seeds from {0}000")
    @ValueSource(ints = {1, 2, 3, 4})
    void covers_what_is_settled_and_nothing_that_can_still_appear(int thousand) {
        int sessions = 0;
        int crowded = 0;
        for (int seed = 1_000 * thousand; seed < 1_000 * thousand + 500; seed++) {
            Run run = new Run(seed, ReaderRules.PRODUCTION);
            run.run();
            sessions += run.sessions;
            crowded += run.crowdedReads;
        }
        assertThat(sessions).isGreaterThan(2_000);
        assertThat(crowded).as("reads of gaps only").isGreaterThan(500);
    }

    @Test
    void notices_the_highest_number_read_taken_for_settled() {
        assertCaught((before, frontier, unsettled, count) -> {
            PublishedExtent right = before.after(frontier, unsettled, count);
            return new PublishedExtent(Math.max(right.top(), frontier.top()), right.gaps());
        });
    }

    @Test
    void notices_rows_that_were_read_late_taken_for_settled() {
        assertCaught((before, frontier, unsettled, count) -> {
            RowNumbers settled = new RowNumbers();
            for (long number : unsettled.oldest(count)) {
                settled.add(number);
            }
            return before.after(frontier, settled, count);
        });
    }

    @Test
    void notices_gaps_taken_for_settled() {
        assertCaught((before, frontier, unsettled, count) ->
                before.after(new Frontier(new PublishedExtent(frontier.top(), List.of())), unsettled, count));
    }

    @Test
    void notices_a_gap_that_the_new_top_lies_in_left_out() {
        assertCaught((before, frontier, unsettled, count) -> {
            PublishedExtent right = before.after(frontier, unsettled, count);
            return new PublishedExtent(
                    right.top(),
                    right.gaps().stream()
                            .filter(gap -> gap.hi() < right.top() - 1)
                            .toList());
        });
    }

    @Test
    void notices_what_was_read_first_of_a_session_taken_for_all_of_it() {
        assertCaught((before, frontier, unsettled, count) ->
                before.after(frontier, unsettled, Math.min(unsettled.size(), count + 1)));
    }

    private static void assertCaught(ReaderRules.ExtentRule wrong) {
        assertThatThrownBy(() -> {
                    for (int seed = 1; seed <= 2_000; seed++) {
                        new Run(seed, ReaderRules.PRODUCTION.withExtent(wrong)).run();
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed");
    }

    private static final class Run {
        private final int seed;
        private final Random random;
        private final ModelDatabase database;
        private final ReaderRules rules;
        private final int gapsMax;
        private final Set<Long> settled = new HashSet<>();
        private final Set<Long> seen = new HashSet<>();
        private final Map<Integer, Long> lastSeenFirst = new HashMap<>();
        private final List<Long> readInSession = new ArrayList<>();
        private PublishedExtent stored = PublishedExtent.NOTHING;
        private ReadingProgress progress;
        private int sessions;
        private int crowdedReads;

        Run(int seed, ReaderRules rules) {
            this.seed = seed;
            this.random = new Random(seed);
            this.database = new ModelDatabase(random);
            this.rules = rules;
            this.gapsMax = random.nextBoolean() ? 3 : Integer.MAX_VALUE;
            this.progress = new ReadingProgress(rules, stored, gapsMax);
        }

        void run() {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1 -> read(1 + random.nextInt(8), random.nextInt(4) == 0);
                    case 2 -> progress.looked(database.look());
                    case 3 -> settle(random.nextInt(progress.standing().size() + 1));
                    case 4 -> {
                        if (random.nextInt(4) == 0) {
                            startOver();
                        }
                    }
                    default -> database.step();
                }
            }
            database.finish();
            for (int round = 0; round < 6; round++) {
                progress.looked(database.look());
                read(1_000_000, false);
            }
            settle(progress.standing().size());
            assertThat(seen).as("read, seed " + seed).isEqualTo(database.committed());
            assertThat(progress.frontier().gaps()).as("gaps, seed " + seed).isEmpty();
        }

        /** Another session: what was read and not settled is read again, what is settled is not. */
        private void startOver() {
            sessions++;
            assertInOrder();
            readInSession.clear();
            progress = new ReadingProgress(rules, stored, gapsMax);
        }

        private void read(int rowsMax, boolean cutting) {
            ReadStart start = progress.startRead();
            crowdedReads += start.gapsOnly() ? 1 : 0;
            long top = progress.frontier().top();
            List<Long> visible = database.visible(progress.frontier(), start.dormancy()).stream()
                    .filter(number -> !start.gapsOnly() || number <= top)
                    .toList();
            boolean cut = cutting && visible.size() > 1;
            int rows = Math.min(cut ? 1 + random.nextInt(visible.size() - 1) : visible.size(), rowsMax);
            for (long number : visible.subList(0, rows)) {
                progress.read(number);
                readInSession.add(number);
                assertThat(settled).as("published again, seed " + seed).doesNotContain(number);
                int key = database.key(number);
                if (seen.add(number) && key >= 0) {
                    Long before = lastSeenFirst.put(key, number);
                    assertThat(before == null || before < number)
                            .as("key " + key + " came to " + number + " after " + before + ", seed " + seed)
                            .isTrue();
                }
            }
            progress.readEnded(
                    start,
                    new ReadExtent(
                            rows, rowsMax, cut && rows < rowsMax, rows == 0 ? Long.MIN_VALUE : visible.get(rows - 1)),
                    0);
        }

        private void settle(int count) {
            if (count == 0) {
                return;
            }
            for (long number : progress.standing().oldest(count)) {
                settled.add(number);
            }
            stored = progress.extentAfter(stored, count);
            progress.settledOldest(count);
            assertThat(settled).as("settled, seed " + seed).allMatch(this::isCovered);
            Set<Long> wanted = database.possible();
            wanted.addAll(database.committed());
            wanted.removeAll(settled);
            assertThat(wanted).as("not settled, seed " + seed).noneMatch(this::isCovered);
        }

        private boolean isCovered(long number) {
            return number <= stored.top()
                    && stored.gaps().stream().noneMatch(gap -> gap.lo() <= number && number <= gap.hi());
        }

        private void assertInOrder() {
            Map<Integer, Long> last = new HashMap<>();
            for (long number : readInSession) {
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
