package io.outboxrelay.engine;

import io.outboxrelay.ack.InFlightWindow;
import io.outboxrelay.ack.Outcome;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.PoisonReason;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.poison.DeadLetter;
import io.outboxrelay.poison.PoisonPolicy;
import io.outboxrelay.publish.Outcomes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settles entries as their outcomes come in. What is wrong with the publisher itself is acted upon once they are all taken in.
 * Used by the loop's thread only.
 */
final class SettlingOutcomes implements Outcomes {

    private final InFlightWindow window;
    private final Reactions reactions;
    private final LoopProgress progress;
    private final PoisonPolicy poison;
    private final RecentEvents recent = new RecentEvents();

    private long nowNanos;
    private @Nullable Failure publisherFailure;

    /** Whether the publisher refused an entry and holds back others that are to be published: it did not stop for their sake. */
    private boolean isPublisherObstructed;

    /** Entries whose dead letters are to be sent. */
    private final List<Long> diverted = new ArrayList<>();

    SettlingOutcomes(InFlightWindow window, Reactions reactions, LoopProgress progress, PoisonPolicy poison) {
        this.window = window;
        this.reactions = reactions;
        this.progress = progress;
        this.poison = poison;
    }

    /** The same, for outcomes that are taken in now. */
    Outcomes asOf(long takenAtNanos) {
        nowNanos = takenAtNanos;
        return this;
    }

    @Override
    public void published(long number, int partition, long offset) {
        Failure why = window.whyDiverted(number);
        if (why != null) {
            deadLettered(number, why, partition, offset);
            return;
        }
        recent.note(window.message(number), partition, offset);
        long committedNanos = window.committedNanos(number);
        if (committedNanos != OutboxRecord.COMMIT_UNKNOWN) {
            progress.endToEnd().took(nowNanos - committedNanos);
        }
        window.settle(number, Outcome.PUBLISHED);
        progress.countPublished();
    }

    private void deadLettered(long number, Failure why, int partition, long offset) {
        OutboxMessage letter = window.message(number);
        window.settle(number, Outcome.DEAD_LETTERED);
        PoisonReason reason = why.reason();
        if (reason != null) {
            progress.countDeadLetter(reason);
        }
        poison.stands(new DeadLetter(letter.id(), why, letter.topic(), partition, offset));
    }

    @Override
    public boolean refused(long number, Failure failure) {
        if (window.isForsaken(number)) {
            // It will be read, sent and refused again, by a source that it can be held at.
            isPublisherObstructed = true;
            return false;
        }
        OutboxMessage message = window.message(number);
        Failure earlier = window.whyDiverted(number);
        OutboxMessage letter = earlier == null ? poison.instead(message, failure) : null;
        if (letter == null) {
            // Letters are sent as their events are refused: that of an event in front may wait behind this one.
            isPublisherObstructed |= earlier != null;
            String what = "event " + message.id() + " cannot be published";
            reactions.halt(number, earlier == null ? failure.about(what) : refusedTwice(message, earlier, failure));
            return false;
        }
        window.divert(number, letter, failure);
        diverted.add(number);
        return true;
    }

    private static Failure refusedTwice(OutboxMessage letter, Failure earlier, Failure failure) {
        return failure.about("event " + letter.id() + " cannot be published ("
                + earlier.problems().get(0).what() + "), and neither can its dead letter, to " + letter.topic());
    }

    @Override
    public void failed(long number, Failure failure) {
        publisherFailure = publisherFailure == null ? failure : publisherFailure;
    }

    /** Entries that were refused since the last call, and whose messages are their dead letters now. */
    List<Long> takeDiverted() {
        if (diverted.isEmpty()) {
            return List.of();
        }
        List<Long> taken = List.copyOf(diverted);
        diverted.clear();
        return taken;
    }

    /** The failure of the publisher that came among the outcomes since the last call, or null. */
    @Nullable
    Failure takePublisherFailure() {
        Failure failure = publisherFailure;
        publisherFailure = null;
        return failure;
    }

    /** Whether, since the last call, the publisher got into its own way. */
    boolean takeObstruction() {
        boolean obstructed = isPublisherObstructed;
        isPublisherObstructed = false;
        return obstructed;
    }

    /** Lets others know of the last events, every now and then. */
    void tell(long nowNanos) {
        var news = recent.takeNews(nowNanos);
        if (news != null) {
            progress.lastPublished(news);
        }
    }
}
