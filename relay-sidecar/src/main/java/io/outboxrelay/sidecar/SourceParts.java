package io.outboxrelay.sidecar;

import io.outboxrelay.jdbc.Housekeeping;
import io.outboxrelay.source.OutboxSource;
import io.outboxrelay.source.SourceFigures;
import java.util.function.Supplier;

/**
 * What a pipeline needs of the way in which its outbox is read.
 *
 * @param sources makes a new source for each attempt
 * @param figures what is known of them
 * @param housekeeping finds out what no source can tell; not started yet
 */
record SourceParts(Supplier<OutboxSource> sources, SourceFigures figures, Housekeeping housekeeping) {}
