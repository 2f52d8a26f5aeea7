package io.outboxrelay.debezium;

import io.outboxrelay.debezium.decode.ChangeDecoder;
import io.outboxrelay.debezium.decode.DecodedEvent;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.Checkpoint;
import io.outboxrelay.outbox.Entry;
import io.outboxrelay.source.HandOff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

    private final ChangeLog log;
    private final ChangeDecoder decoder;
    private final HandOff handOff;
    private final Supplier<@Nullable LogPosition> settled;
    private final Confirming confirming;
    private final long attempt;
    private final LogFigures figures;

    private long ordinal;
    private @Nullable LogMark lastMark;
    private @Nullable RelayException poison;

    /**
     * Of an attempt whose log has been started.
     *
     * @param attempt tells attempts of this process apart
     * @param settled the last position that the engine has settled, or null; given by another thread
     */
    LogReading(
            Attempt attempt,
            HandOff handOff,
            Supplier<@Nullable LogPosition> settled,
            Duration confirmEvery,
            long nowNanos) {
        this.log = attempt.log();
        this.decoder = attempt.decoder();
        this.attempt = attempt.number();
        this.figures = attempt.figures();
        this.handOff = handOff;
        this.settled = settled;
        this.confirming = new Confirming(attempt.log(), handOff, confirmEvery, nowNanos);
    }

    /** One attempt: its log, how changes are decoded, the number that tells it from others of this process, and where it tells how it is. */
    record Attempt(ChangeLog log, ChangeDecoder decoder, long number, LogFigures figures) {}

    /** What a source says first: it is open. */
    Checkpoint opening() {
        return new Checkpoint(new LogPosition(attempt, 0, null, true));
    }

    /**
     * One round.
     *
     * @return whether there was anything to take, or no room for it
     */
    boolean runOnce(long nowNanos) {
        LogPosition upTo = settled.get();
        if (upTo != null) {
            confirming.settled(upTo, nowNanos);
            figures.settled(attempt, upTo.ordinal());
        }
        if (poison != null) {
            return failOnceAllIsPublished(poison, upTo);
        }
        if (!handOff.hasRoom()) {
            return false;
        }
        List<Entry> entries = decoded(log.poll());
        if (!entries.isEmpty()) {
            handOff.put(entries);
        }
        return true;
    }

    private boolean failOnceAllIsPublished(RelayException failure, @Nullable LogPosition upTo) {
        if (ordinal == 0 || (upTo != null && upTo.ordinal() == ordinal)) {
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
            LogMark mark = log.markBefore(record);
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
                poison = e;
                return entries;
            }
            // One for a whole batch of records, and not one for every transaction: they count in the window.
            if (i == end) {
                entries.add(new Checkpoint(new LogPosition(attempt, ordinal, lastMark, true)));
            }
            if (event != null) {
                ordinal++;
                long committedNanos = figures.nanosOf(event.committedMicros());
                figures.handedOn(attempt, ordinal, committedNanos);
                entries.add(event.at(new LogPosition(attempt, ordinal, lastMark, false), committedNanos));
            }
        }
        return entries;
    }

    /** In front of which record the last transaction that is known to have ended ends; -1 where none does. Marks never go back. */
    private int lastEnd(List<SourceRecord> records) {
        int end = records.size() - 1;
        LogMark last = end < 0 ? null : log.markBefore(records.get(end));
        if (last == null || last.equals(lastMark)) {
            return -1;
        }
        while (end > 0 && last.equals(log.markBefore(records.get(end - 1)))) {
            end--;
        }
        return end;
    }
}
