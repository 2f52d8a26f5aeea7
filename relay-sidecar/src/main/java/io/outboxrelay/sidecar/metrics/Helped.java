package io.outboxrelay.sidecar.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;

/** Gives a help text to meters of others that come without one, as some of Kafka's do. */
final class Helped implements MeterFilter {

    @Override
    public Meter.Id map(Meter.Id id) {
        String description = id.getDescription();
        return description != null && !description.isBlank()
                ? id
                : new Meter.Id(
                        id.getName(),
                        Tags.of(id.getTags()),
                        id.getBaseUnit(),
                        "Named by whoever measures it, and not explained further: " + id.getName() + ".",
                        id.getType());
    }
}
