package io.outboxrelay.poison;

import io.outboxrelay.failure.Failure;
import io.outboxrelay.outbox.OutboxMessage;
import org.jspecify.annotations.Nullable;

/** What becomes of events that can never be published. Asked by the loop's thread only. */
public interface PoisonPolicy {

    /** Stops in front of each. */
    PoisonPolicy HALT = new PoisonPolicy() {
        @Override
        public @Nullable OutboxMessage instead(OutboxMessage message, Failure why) {
            return null;
        }

        @Override
        public void stands(DeadLetter letter) {
            throw new IllegalStateException("nobody made a dead letter of event " + letter.id());
        }
    };

    /**
     * What to publish in place of a message.
     *
     * @param message as it was to be, with an empty topic where its row yields none
     * @param why a failure of kind POISON
     * @return its dead letter, or null where the relay is to stop in front of it
     */
    @Nullable
    OutboxMessage instead(OutboxMessage message, Failure why);

    /** A dead letter is acknowledged: the place of its event may be passed now. */
    void stands(DeadLetter letter);
}
