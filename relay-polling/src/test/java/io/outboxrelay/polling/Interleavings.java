package io.outboxrelay.polling;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.polling.wrong.Moment;
import io.outboxrelay.testkit.OrderEvent;
import java.time.Duration;
import java.util.UUID;

/**
 * The ways in which transactions lie across each other that readers fall over, one script each, acted out while a reader reads.
 * Whether it fell is for the verdict to say; a script only waits, with a bound, until the reader has passed.
 */
final class Interleavings {
    /** For an event that every reader hands out at once. */
    private static final Duration EXPECTED = Duration.ofSeconds(10);
    /** For an event that a careful reader withholds while something else is open. */
    private static final Duration PERHAPS_WITHHELD = Duration.ofMillis(1_500);

    /** Within this time our reader has looked twice at who holds a lock, and has read again. */
    private static final Duration IMPATIENCE = Duration.ofMillis(350);

    private static final Duration MOMENT = Duration.ofMillis(300);

    private final Shop shop;
    private final Sightings sightings;
    private final SourceDriver driver;
    private final Moments moments;

    /** Moments that only some readers have. */
    record Moments(Moment betweenStatements, Moment beforeDelete) {
        Moments() {
            this(new Moment(), new Moment());
        }
    }

    Interleavings(Shop shop, Sightings sightings, SourceDriver driver, Moments moments) {
        this.shop = shop;
        this.sightings = sightings;
        this.driver = driver;
        this.moments = moments;
    }

    void actOut() throws InterruptedException {
        theLowerNumberCommitsLast();
        theSecondChangeHasTheOlderTransaction();
        theNumberIsDrawnLongBeforeItsRow();
        theRowIsWrittenAgainAfterASavepoint();
        theLowerNumberIsPrepared();
        twoChangesFollowUponEachOther();
        aRowAppearsBetweenThoseAboutToBeDeleted();
    }

    /**
     * What the order of numbers reorders: who inserted first, locked second. Both commit between two reads, as a rule; whoever
     * sees the first one alone cannot go wrong.
     */
    void actOutInsertsFirst() {
        for (int i = 0; i < 10; i++) {
            try (ScriptedWriter first = shop.writer();
                    ScriptedWriter second = shop.writer()) {
                String key = "inserted-first-" + i;
                second.insertFirst(key);
                first.insertFirst(key);
                first.lock(key);
                first.commit();
                second.lock(key);
                second.commit();
            }
        }
    }

    /** What {@code id > last} loses. */
    private void theLowerNumberCommitsLast() throws InterruptedException {
        try (ScriptedWriter late = shop.writer();
                ScriptedWriter early = shop.writer()) {
            late.write("late");
            passing(early);
            late.commit();
            following(early, "late");
        }
    }

    /** What an xmin watermark reorders: an unrelated transaction lies between the two in age. */
    private void theSecondChangeHasTheOlderTransaction() throws InterruptedException {
        try (ScriptedWriter first = shop.writer();
                ScriptedWriter second = shop.writer();
                ScriptedWriter unrelated = shop.writer()) {
            second.takeTransactionId();
            unrelated.takeTransactionId();
            first.write("changed-twice");
            first.commit();
            OrderEvent change = second.write("changed-twice");
            second.commit();
            sightings.await(change, EXPECTED);
            unrelated.rollback();
        }
    }

    /** What locks on the table do not show: only the sequence is locked. */
    private void theNumberIsDrawnLongBeforeItsRow() throws InterruptedException {
        try (ScriptedWriter early = shop.writer();
                ScriptedWriter other = shop.writer()) {
            long number = early.drawNumber();
            passing(other);
            early.writeUnder(number, "drawn-early");
            early.commit();
            following(other, "drawn-early");
        }
    }

    /** What locks on the table do not show either: rolling back to a savepoint gives them back, but not the sequence's. */
    private void theRowIsWrittenAgainAfterASavepoint() throws InterruptedException {
        try (ScriptedWriter repeating = shop.writer();
                ScriptedWriter other = shop.writer()) {
            long number = repeating.drawNumber();
            repeating.undoing(() -> repeating.writeUnder(number, "repeated"));
            passing(other);
            repeating.writeUnder(number, "repeated");
            repeating.commit();
            following(other, "repeated");
        }
    }

    /** Its locks are there all the time, but from the middle on under another name, and belong to no session. */
    private void theLowerNumberIsPrepared() throws InterruptedException {
        try (ScriptedWriter prepared = shop.writer();
                ScriptedWriter other = shop.writer()) {
            String name = UUID.randomUUID().toString();
            prepared.write("prepared");
            passing(other);
            prepared.prepare(name);
            passing(other);
            prepared.commitPrepared(name);
            following(other, "prepared");
        }
    }

    /** The first one fills a gap, the second stands above: what is read with two statements comes in the wrong order. */
    private void twoChangesFollowUponEachOther() throws InterruptedException {
        try (ScriptedWriter first = shop.writer();
                ScriptedWriter second = shop.writer();
                ScriptedWriter other = shop.writer()) {
            first.write("changed-in-haste");
            passing(other);
            moments.betweenStatements().arm(() -> {
                first.commit();
                second.write("changed-in-haste");
                second.commit();
            });
            moments.betweenStatements().awaitOrAct(MOMENT);
        }
    }

    /** What a range delete over numbers that were not seen loses. With CACHE 50 the writer's next number lies there as well. */
    private void aRowAppearsBetweenThoseAboutToBeDeleted() throws InterruptedException {
        try (ScriptedWriter writer = shop.writer();
                ScriptedWriter other = shop.writer()) {
            driver.holdCommits();
            OrderEvent below = writer.write("below");
            writer.commit();
            sightings.await(below, PERHAPS_WITHHELD);
            writer.write("between");
            passing(other);
            // All at once, or the range would be two.
            await().atMost(EXPECTED).until(driver::isCalm);
            moments.beforeDelete().arm(writer::commit);
            driver.releaseCommits();
            moments.beforeDelete().awaitOrAct(MOMENT);
        }
    }

    /** Commits one more change of the key, and waits until the reader has it: if it gave up the one before, the order shows it. */
    private void following(ScriptedWriter writer, String key) throws InterruptedException {
        OrderEvent event = writer.write(key);
        writer.commit();
        sightings.await(event, PERHAPS_WITHHELD);
    }

    /** Commits events of keys of their own, each when the reader has the one before, for longer than a reader waits for others. */
    private void passing(ScriptedWriter writer) throws InterruptedException {
        long end = System.nanoTime() + IMPATIENCE.toNanos();
        do {
            OrderEvent event = writer.write("passing-" + UUID.randomUUID());
            writer.commit();
            sightings.await(event, PERHAPS_WITHHELD);
        } while (System.nanoTime() - end < 0);
    }
}
