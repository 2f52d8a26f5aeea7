package io.outboxrelay.bench.parts;

import io.outboxrelay.outbox.Position;

/** A position as a source's. */
record Place(long ordinal) implements Position {}
