package io.outboxrelay.debezium;

import io.outboxrelay.outbox.Position;
import org.jspecify.annotations.Nullable;

/**
 * A place in what one attempt delivered.
 *
 * @param attempt tells attempts of this process apart
 * @param ordinal how many records the attempt had delivered here
 * @param mark what may be confirmed to the database once everything up to here is settled, or null while nothing may
 * @param whole whether that covers everything up to here: it does at a checkpoint, while a record's transaction may go on
 */
public record LogPosition(
        long attempt, long ordinal, @Nullable LogMark mark, boolean whole) implements Position {}
