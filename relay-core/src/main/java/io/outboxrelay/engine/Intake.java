package io.outboxrelay.engine;

import io.outboxrelay.ack.InFlightWindow;
import io.outboxrelay.failure.Failure;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.poison.PoisonPolicy;
import io.outboxrelay.route.Router;

/** Takes what the source delivers into the window: rows as messages, or as dead letters where they yield none. Used by the loop's thread. */
final class Intake {

    private final Router router;
    private final PoisonPolicy poison;
    private final InFlightWindow window;
    private final Reactions reactions;

    Intake(RelayPorts ports, InFlightWindow window, Reactions reactions) {
        this.router = ports.router();
        this.poison = ports.poison();
        this.window = window;
        this.reactions = reactions;
    }

    /** Takes in one entry; false when it halted the relay, and nothing behind it may be taken in. */
    boolean receive(Entry entry) {
        reactions.sourceOpened();
        if (!(entry instanceof OutboxRecord row)) {
            window.addCheckpoint(entry.position());
            return true;
        }
        try {
            window.add(row.position(), router.route(row), row.sizeBytes(), row.committedNanos());
            return true;
        } catch (RelayException e) {
            return divert(row, e.failure());
        }
    }

    private boolean divert(OutboxRecord row, Failure why) {
        OutboxMessage unrouted = router.unrouted(row);
        OutboxMessage letter = poison.instead(unrouted, why);
        if (letter == null) {
            reactions.halt(window.nextNumber(), why);
            return false;
        }
        long number = window.add(row.position(), unrouted, row.sizeBytes(), row.committedNanos());
        window.divert(number, letter, why);
        return true;
    }
}
