package io.outboxrelay.engine;

import io.outboxrelay.ack.InFlightWindow;
import io.outboxrelay.ack.Outcome;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.publish.Outcomes;
import org.jspecify.annotations.Nullable;

/**
 * Settles entries as their outcomes come in. What is wrong with the publisher itself is acted upon once they are all taken in.
 * Used by the loop's thread only.
 */
final class SettlingOutcomes implements Outcomes {

    private final InFlightWindow window;
    private final Reactions reactions;
    private final LoopProgress progress;
    private final RecentEvents recent = new RecentEvents();

    private long nowNanos;
    private @Nullable Failure publisherFailure;

    /** Whether the publisher refused an entry that is not at stake any more, and holds back those behind it. */
    private boolean isPublisherObstructed;

    SettlingOutcomes(InFlightWindow window, Reactions reactions, LoopProgress progress) {
        this.window = window;
        this.reactions = reactions;
        this.progress = progress;
    }

    /** The same, for outcomes that are taken in now. */
    Outcomes asOf(long takenAtNanos) {
        nowNanos = takenAtNanos;
        return this;
    }

    @Override
    public void published(long number, int partition, long offset) {
        recent.note(window.message(number), partition, offset);
        long committedNanos = window.committedNanos(number);
        if (committedNanos != OutboxRecord.COMMIT_UNKNOWN) {
            progress.endToEnd().took(nowNanos - committedNanos);
        }
        window.settle(number, Outcome.PUBLISHED);
        progress.countPublished();
    }

    @Override
    public void failed(long number, Failure failure) {
        if (failure.kind() != FailureKind.POISON) {
            publisherFailure = publisherFailure == null ? failure : publisherFailure;
        } else if (window.isForsaken(number)) {
            // It will be read, sent and refused again, by a source that it can be held at.
            isPublisherObstructed = true;
        } else {
            String id = window.message(number).id();
            reactions.halt(number, failure.about("event " + id + " cannot be published"));
        }
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
