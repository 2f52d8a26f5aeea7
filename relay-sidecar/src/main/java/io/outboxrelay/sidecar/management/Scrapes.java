package io.outboxrelay.sidecar.management;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * The metrics. They take longer than all else that is asked, and one scrape waits for another: so most threads are kept free of them,
 * for those who ask whether the relay is alive.
 */
final class Scrapes implements Endpoint {

    private static final int AT_ONCE_MAX = RequestThreads.THREADS / 2;

    private final Semaphore free = new Semaphore(AT_ONCE_MAX);
    private final Supplier<String> metrics;

    Scrapes(Supplier<String> metrics) {
        this.metrics = metrics;
    }

    @Override
    public Answer answer() {
        if (!free.tryAcquire()) {
            return Answer.text(503, "metrics are being read by others; ask again");
        }
        try {
            return new Answer(
                    200,
                    "text/plain; version=0.0.4; charset=utf-8",
                    metrics.get().getBytes(StandardCharsets.UTF_8),
                    Map.of());
        } finally {
            free.release();
        }
    }
}
