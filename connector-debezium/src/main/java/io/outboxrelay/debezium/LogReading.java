package io.outboxrelay.debezium;

import io.outboxrelay.debezium.decode.DecodedEvent;
import io.outboxrelay.debezium.decode.EventDecoder;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.source.HandOff;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the source's thread does over and over: confirm what is settled, take changes while there is room, and hand them on.
 * Used by that thread only.
 *
 * <p>A record is given up as soon as the engine has settled it, so that a transaction larger than the window passes through it;
 * what it covers is confirmed to the database at the next transaction's beginning. A checkpoint stands where a transaction is known
 * to have ended, and is given up only when the database was told: so a stop that waits for one repeats nothing.
 */
final class LogReading {

    private static final long REMOVAL_BEFORE_FAILURE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final LogStream stream;
    private final EventDecoder decoder;
    private final HandOff handOff;
    private final Supplier<@Nullable LogPosition> settled;
    private final Confirming confirming;
    private final LogThread.Attempt attempt;

    private long ordinal;
    private @Nullable LogMark lastMark;
    private @Nullable RelayException poison;
    private @Nullable LogPosition poisonedAt;
    private @Nullable Long poisonedNanos;

    /**
     * Of a log that is being read.
     *
     * @param settled the last position that the engine has settled, or null; given by another thread
     */
    LogReading(
            LogStream stream,
            LogThread.Attempt attempt,
            HandOff handOff,
            Supplier<@Nullable LogPosition> settled,
            Confirming confirming) {
        this.stream = stream;
        this.decoder = stream.decoder();
        this.attempt = attempt;
        this.handOff = handOff;
        this.settled = settled;
        this.confirming = confirming;
    }

    /** What a source says first: it is open. */
    Checkpoint opening() {
        return new Checkpoint(new LogPosition(attempt.number(), 0, null, true));
    }

    /**
     * One round.
     *
     * @return whether there was anything to take, or no room for it
     */
    boolean runOnce(long nowNanos) {
        boolean room = poison == null && handOff.hasRoom() && confirming.hasRoom();
        // Before anything is confirmed or handed on, which whoever has lost the log may not do any more.
        List<SourceRecord> records;
        try {
            records = stream.poll(room);
        } catch (RestLost e) {
            handOff.put(List.of(endsHere(new RelayException(e.failure()))));
            return true;
        }
        LogPosition upTo = settled.get();
        if (upTo != null) {
            confirming.settled(upTo, nowNanos);
            attempt.figures().settled(attempt.number(), upTo.ordinal());
        }
        if (poison != null) {
            return failOnceAllIsPublished(poison, upTo, nowNanos);
        }
        if (!room) {
            return false;
        }
        List<Entry> entries = decoded(records);
        if (!entries.isEmpty()) {
            handOff.put(entries);
        }
        return true;
    }

    /** What is published and stands in the table yet is waited for, but not for long: an operator has to know. */
    private boolean failOnceAllIsPublished(RelayException failure, @Nullable LogPosition upTo, long nowNanos) {
        if (upTo == null || !upTo.equals(poisonedAt)) {
            return false;
        }
        if (poisonedNanos == null) {
            poisonedNanos = nowNanos;
        }
        if (confirming.isDone(upTo) || nowNanos - poisonedNanos >= REMOVAL_BEFORE_FAILURE_NANOS) {
            confirming.now();
            throw failure;
        }
        return false;
    }

    private List<Entry> decoded(List<SourceRecord> records) {
        List<Entry> entries = new ArrayList<>(records.size() + 1);
        int end = lastEnd(records);
        for (int i = 0; i < records.size(); i++) {
            SourceRecord record = records.get(i);
            LogMark mark = stream.markBefore(record);
            if (mark != null) {
                lastMark = mark;
            }
            DecodedEvent event;
            try {
                event = decoder.decode(record);
            } catch (RelayException e) {
                if (e.failure().kind() != FailureKind.POISON) {
                    throw e;
                }
                entries.add(endsHere(e));
                return entries;
            }
            // One for a whole batch of records, and not one for every transaction: they count in the window.
            if (i == end) {
                entries.add(new Checkpoint(new LogPosition(attempt.number(), ordinal, lastMark, true)));
            }
            if (event != null) {
                ordinal++;
                confirming.handsOn(ordinal, event.id());
                long committedNanos = attempt.figures().nanosOf(event.committedMicros());
                attempt.figures().handedOn(attempt.number(), ordinal, committedNanos);
                entries.add(event.at(new LogPosition(attempt.number(), ordinal, lastMark, false), committedNanos));
            }
        }
        return entries;
    }

    /** Whatever came before is settled and confirmed first, and is not published again. */
    private Checkpoint endsHere(RelayException failure) {
        poison = failure;
        poisonedAt = new LogPosition(attempt.number(), ordinal, lastMark, true);
        return new Checkpoint(poisonedAt);
    }

    /** In front of which record the last transaction that is known to have ended ends; -1 where none does. Marks never go back. */
    private int lastEnd(List<SourceRecord> records) {
        int end = records.size() - 1;
        LogMark last = end < 0 ? null : stream.markBefore(records.get(end));
        if (last == null || last.equals(lastMark)) {
            return -1;
        }
        while (end > 0 && last.equals(stream.markBefore(records.get(end - 1)))) {
            end--;
        }
        return end;
    }
}
