package io.outboxrelay.sidecar.metrics;

import io.outboxrelay.engine.RelayLoop;
import io.outboxrelay.source.SourceFigures;

/**
 * Where the figures of one pipeline come from; all of it may be asked by any thread.
 *
 * @param pipeline its name, the label of its metrics
 * @param loop for its state and its progress
 * @param source what the sources count, one after the other
 * @param producers whose Kafka metrics are shown
 */
public record Measured(String pipeline, RelayLoop loop, SourceFigures source, ProducersInUse producers) {}
