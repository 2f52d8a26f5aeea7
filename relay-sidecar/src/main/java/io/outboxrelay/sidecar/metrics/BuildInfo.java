package io.outboxrelay.sidecar.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;

/** Which version runs, as a metric of the value 1. Not through Micrometer, which has no name that ends like this. Immutable. */
final class BuildInfo implements Collector {

    private final InfoSnapshot snapshot;

    BuildInfo(List<Measured> pipelines, String version) {
        InfoSnapshot.Builder info = InfoSnapshot.builder()
                .name("outbox_relay_build")
                .help("1; its labels say which version of the relay runs.");
        for (Measured measured : pipelines) {
            info.dataPoint(InfoDataPointSnapshot.builder()
                    .labels(Labels.of("pipeline", measured.pipeline(), "version", version))
                    .build());
        }
        this.snapshot = info.build();
    }

    @Override
    public MetricSnapshot collect() {
        return snapshot;
    }
}
