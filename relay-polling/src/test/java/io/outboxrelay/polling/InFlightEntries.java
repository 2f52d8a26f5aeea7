package io.outboxrelay.polling;

import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.outbox.Position;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one source has delivered and not yet reported as committed, oldest first. Each entry settles after a time of its own, a
 * few of them late, so that commits lag behind and come in lumps. Used by one thread.
 */
final class InFlightEntries {
    private static final long DELAY_NANOS_MAX = 3_000_000;
    private static final long LONG_DELAY_NANOS = 30_000_000;
    private static final int LONG_DELAY_EVERY = 200;

    private record Settling(Position position, long settledAtNanos) {}

    private record Asked(Position upTo, int entries) {}

    private final SplittableRandom random;
    private final ArrayDeque<Settling> settling = new ArrayDeque<>();
    private final ArrayDeque<Asked> asked = new ArrayDeque<>();
    private int askedEntries;
    private boolean open;

    InFlightEntries(SplittableRandom random) {
        this.random = random;
    }

    int size() {
        return settling.size() + askedEntries;
    }

    void add(Entry entry) {
        if (!open && !(entry instanceof Checkpoint)) {
            throw new AssertionError("the first entry must be a checkpoint, not " + entry);
        }
        open = true;
        long delay = random.nextInt(LONG_DELAY_EVERY) == 0 ? LONG_DELAY_NANOS : random.nextLong(DELAY_NANOS_MAX);
        settling.add(new Settling(entry.position(), System.nanoTime() + delay));
    }

    /** Nothing waits to be settled, or to be reported as committed. */
    boolean isCalm() {
        long now = System.nanoTime();
        return asked.isEmpty() && settling.stream().allMatch(it -> it.settledAtNanos() - now <= 0);
    }

    /** The end of the settled prefix, to be committed now; null when it has not moved. */
    @Nullable
    Position newlySettled() {
        long now = System.nanoTime();
        Position last = null;
        int entries = 0;
        while (!settling.isEmpty() && settling.element().settledAtNanos() - now <= 0) {
            last = settling.remove().position();
            entries++;
        }
        if (last != null) {
            asked.add(new Asked(last, entries));
            askedEntries += entries;
        }
        return last;
    }

    /** The source says that everything up to here is durable. */
    void committed(Position upTo) {
        if (asked.stream().noneMatch(it -> it.upTo().equals(upTo))) {
            throw new AssertionError(upTo + " was reported as committed, and nobody asked for that");
        }
        Asked next;
        do {
            next = asked.remove();
            askedEntries -= next.entries();
        } while (!next.upTo().equals(upTo));
    }
}
