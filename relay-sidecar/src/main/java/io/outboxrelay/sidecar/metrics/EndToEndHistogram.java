package io.outboxrelay.sidecar.metrics;

import io.outboxrelay.engine.EndToEnd;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Duration;
import java.util.List;

/**
 * {@link EndToEnd} of every pipeline, as one Prometheus histogram. Not through Micrometer, whose timers would count each event a second
 * time, on the loop's thread. Immutable; asked by any thread.
 */
final class EndToEndHistogram implements Collector {

    private static final double NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

    private final List<Measured> pipelines;

    EndToEndHistogram(List<Measured> pipelines) {
        this.pipelines = pipelines;
    }

    @Override
    public MetricSnapshot collect() {
        HistogramSnapshot.Builder histogram = HistogramSnapshot.builder()
                .name("outbox_relay_end_to_end_seconds")
                .help(
                        "Time from the commit of an event's transaction to Kafka's acknowledgement, in seconds. Exact where"
                                + " outbox_relay_end_to_end_exact is 1; else an upper bound, counted from the last read that did not see"
                                + " the event yet.");
        for (Measured measured : pipelines) {
            EndToEnd endToEnd = measured.loop().progress().endToEnd();
            histogram.dataPoint(HistogramDataPointSnapshot.builder()
                    .labels(Labels.of("pipeline", measured.pipeline()))
                    .classicHistogramBuckets(buckets(endToEnd.counts()))
                    .sum(endToEnd.sumNanos() / NANOS_PER_SECOND)
                    .build());
        }
        return histogram.build();
    }

    private static ClassicHistogramBuckets buckets(long[] counts) {
        ClassicHistogramBuckets.Builder buckets = ClassicHistogramBuckets.builder();
        for (int i = 0; i < counts.length; i++) {
            double bound = i < EndToEnd.BOUNDS.size()
                    ? EndToEnd.BOUNDS.get(i).toNanos() / NANOS_PER_SECOND
                    : Double.POSITIVE_INFINITY;
            buckets.bucket(bound, counts[i]);
        }
        return buckets.build();
    }
}
