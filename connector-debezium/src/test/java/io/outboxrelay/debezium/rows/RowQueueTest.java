package io.outboxrelay.debezium.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowQueueTest {

    private static final long PATIENCE_NANOS = 1_000_000_000_000L;
    private static final long GRACE_NANOS = 5_000_000_000L;
    private static final long TURN_NANOS = 300_000_000;

    private long nowNanos;
    private final RowQueue queue = new RowQueue(8L << 20, PATIENCE_NANOS, GRACE_NANOS);

    private void handOn(RowQueue to, int from, int through) {
        for (int i = from; i <= through; i++) {
            to.handedOn(i, "id" + i);
        }
    }

    @Test
    void takes_only_what_is_settled_in_its_order() {
        handOn(queue, 1, 10);
        assertThat(queue.take(nowNanos)).isEmpty();
        queue.settled(4, nowNanos);
        assertThat(queue.take(nowNanos)).containsExactly("id1", "id2", "id3", "id4");
        assertThat(queue.isDone(1, nowNanos)).isFalse();
        queue.deleted();
        assertThat(queue.isDone(4, nowNanos)).isTrue();
        assertThat(queue.isDone(5, nowNanos)).isFalse();
        assertThat(queue.take(nowNanos)).isEmpty();
    }

    /** Rows that others hold are found, all the others go, and a place is done only when everything up to it is gone. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void a_row_that_cannot_be_deleted_keeps_no_other_and_what_is_done_is_gone(long seed) {
        Random random = new Random(seed);
        int rows = 8_000 + random.nextInt(8_000);
        Set<String> stuck = new HashSet<>();
        for (int i = 0; i < 1 + random.nextInt(30); i++) {
            stuck.add("id" + (1 + random.nextInt(rows)));
        }
        Set<String> gone = new HashSet<>();
        int handed = 0;
        int settled = 0;
        for (int turn = 0; turn < 2_000; turn++) {
            nowNanos += TURN_NANOS;
            int more = Math.min(rows - handed, random.nextInt(400));
            handOn(queue, handed + 1, handed + more);
            handed += more;
            settled += random.nextInt(handed - settled + 1);
            queue.settled(settled, nowNanos);
            if (turn == 1_900) {
                // Whoever held them lets go.
                stuck.clear();
            }
            List<String> ids = queue.take(nowNanos);
            if (!ids.isEmpty()) {
                if (ids.stream().anyMatch(stuck::contains)) {
                    queue.refused(true, nowNanos);
                } else {
                    gone.addAll(ids);
                    queue.deleted();
                }
            }
            assertThat(queue.rowsStanding()).isEqualTo(settled - gone.size());
            int done = 1 + random.nextInt(rows);
            if (queue.isDone(done, nowNanos)) {
                for (int i = 1; i <= done; i++) {
                    if (!gone.contains("id" + i)) {
                        throw new AssertionError("row " + i + " stands, but " + done + " is done");
                    }
                }
            }
            if (turn == 1_899) {
                assertThat(gone).hasSize(rows - stuck.size());
            }
        }
        assertThat(gone).hasSize(rows);
        assertThat(queue.isDone(rows, nowNanos)).isTrue();
        assertThat(queue.isHindered()).isFalse();
        assertThat(queue.takeGivenUp()).isZero();
    }

    @Test
    void rows_that_are_deleted_more_slowly_than_read_are_waited_for_and_none_is_given_up() {
        RowQueue small = new RowQueue(10_000, PATIENCE_NANOS, GRACE_NANOS);
        int handed = 0;
        while (small.hasRoom(nowNanos)) {
            handOn(small, handed + 1, handed + 10);
            handed += 10;
            small.settled(handed, nowNanos);
        }
        assertThat(handed).isBetween(100, 300);
        nowNanos += 10 * GRACE_NANOS;
        small.settled(handed, nowNanos);
        assertThat(small.hasRoom(nowNanos)).isFalse();
        assertThat(small.takeGivenUp()).isZero();
        assertThat(small.take(nowNanos)).hasSize(handed);
        small.deleted();
        assertThat(small.hasRoom(nowNanos)).isTrue();
        assertThat(small.isDone(handed, nowNanos)).isTrue();
    }

    @Test
    void of_rows_that_are_refused_for_long_the_oldest_are_given_up_and_counted() {
        RowQueue small = new RowQueue(10_000, PATIENCE_NANOS, GRACE_NANOS);
        handOn(small, 1, 100);
        small.settled(100, nowNanos);
        int portion = small.take(nowNanos).size();
        small.refused(false, nowNanos);
        List<Long> standing = new ArrayList<>();
        nowNanos += GRACE_NANOS;
        for (int i = 101; i <= 20_000; i++) {
            assertThat(small.hasRoom(nowNanos)).isTrue();
            small.handedOn(i, "id" + i);
            small.settled(i, nowNanos);
            standing.add(small.rowsStanding());
        }
        // 10 kB of ids, and the portion that was refused.
        assertThat(standing).allMatch(rows -> rows <= 10_000 / 48 + portion);
        long givenUp = small.takeGivenUp();
        assertThat(givenUp).isEqualTo(20_000 - small.rowsStanding());
        // What was taken before others were given up is still known by its own place.
        assertThat(small.isDone(1, nowNanos)).isFalse();
        assertThat(small.take(nowNanos)).startsWith("id1").hasSize(portion);
        small.deleted();
        assertThat(small.isDone(100, nowNanos)).isTrue();
        assertThat(small.takeGivenUp()).isZero();
    }

    @Test
    void hundreds_of_rows_that_cannot_be_deleted_keep_no_other() {
        int stuck = 700;
        handOn(queue, 1, stuck + 50);
        queue.settled(stuck + 50, nowNanos);
        int gone = 0;
        for (int turn = 0; turn < 20_000 && gone < 50; turn++) {
            nowNanos += TURN_NANOS / 100;
            List<String> ids = queue.take(nowNanos);
            if (ids.stream().anyMatch(id -> Integer.parseInt(id.substring(2)) <= stuck)) {
                queue.refused(true, nowNanos);
            } else if (!ids.isEmpty()) {
                gone += ids.size();
                queue.deleted();
            }
        }
        assertThat(gone).isEqualTo(50);
    }

    @Test
    void what_could_not_be_deleted_for_long_keeps_the_log_waiting_no_more_and_is_tried_further() {
        handOn(queue, 1, 3);
        queue.settled(3, nowNanos);
        queue.take(nowNanos);
        queue.refused(false, nowNanos);
        nowNanos += PATIENCE_NANOS - 1;
        assertThat(queue.isDone(3, nowNanos)).isFalse();
        nowNanos++;
        assertThat(queue.isDone(3, nowNanos)).isTrue();
        assertThat(queue.take(nowNanos)).hasSize(3);
        queue.deleted();
        handOn(queue, 4, 4);
        queue.settled(4, nowNanos);
        assertThat(queue.isDone(4, nowNanos)).isFalse();
    }
}
