package io.outboxrelay.sidecar.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of the process, as Prometheus reads them. Nothing is made before the first scrape: a relay that nobody scrapes does not
 * pay for it, and none starts later for it. Safe to use from any thread; one scrape waits for another.
 */
public final class RelayMetrics implements AutoCloseable {

    private final List<Measured> pipelines;
    private final String version;
    private @Nullable Registered registered;
    private boolean closed;

    /**
     * Metrics of these pipelines; nothing is asked of them yet.
     *
     * @param version of the relay, as it is shown
     */
    public RelayMetrics(List<Measured> pipelines, String version) {
        this.pipelines = List.copyOf(pipelines);
        this.version = version;
    }

    private record Registered(PrometheusMeterRegistry registry, List<ProducerMeters> producers, JvmGcMetrics pauses) {}

    /** Everything as it is now, in Prometheus' text format 0.0.4. Takes some milliseconds; asks neither database nor broker. */
    public synchronized String scrape() {
        if (closed) {
            return "";
        }
        Registered all = registered == null ? register() : registered;
        registered = all;
        all.producers().forEach(ProducerMeters::look);
        return all.registry().scrape();
    }

    /** Ends what the first scrape began. */
    @Override
    public synchronized void close() {
        closed = true;
        Registered all = registered;
        registered = null;
        if (all != null) {
            all.pauses().close();
            all.producers().forEach(ProducerMeters::close);
            all.registry().close();
        }
    }

    private Registered register() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.throwExceptionOnRegistrationFailure();
        registry.config().meterFilter(new Helped());
        for (Measured measured : pipelines) {
            new RelayMeters(measured, registry, tags(measured)).register();
        }
        registry.getPrometheusRegistry().register(new BuildInfo(pipelines, version));
        registry.getPrometheusRegistry().register(new EndToEndHistogram(pipelines));
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        JvmGcMetrics pauses = new JvmGcMetrics();
        pauses.bindTo(registry);
        return new Registered(
                registry,
                pipelines.stream()
                        .map(measured -> new ProducerMeters(measured.producers(), registry, tags(measured)))
                        .toList(),
                pauses);
    }

    private static Tags tags(Measured measured) {
        return Tags.of("pipeline", measured.pipeline());
    }
}
