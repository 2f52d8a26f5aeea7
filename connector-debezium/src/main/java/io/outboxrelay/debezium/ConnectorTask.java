package io.outboxrelay.debezium;

import io.debezium.connector.common.BaseSourceTask;
import io.outboxrelay.failure.FailureKind;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.outbox.PipelineThreads;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of Debezium's connectors, driven for one attempt. It never starts again by itself: whatever it throws ends the attempt, and
 * the next one gets a new task. Used by the source's thread only; starting and stopping happen on threads of their own, because
 * both can block for minutes.
 */
final class ConnectorTask implements PostgresStream.Connector {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectorTask.class);

    private final BaseSourceTask<?, ?> task;
    private final EventQueue queue;
    private final Map<String, String> properties;
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable Throwable startFailure;
    private boolean starting;

    private ConnectorTask(
            BaseSourceTask<?, ?> task, EventQueue queue, Map<String, String> properties, ToldOffsets offsets) {
        this.task = task;
        this.queue = queue;
        this.properties = properties;
        task.initialize(new ConnectorContext(properties, offsets));
    }

    /**
     * A task that was not started yet.
     *
     * @param kind makes one that gives its records to the queue
     * @param properties with the {@code name} of the connector, by which Debezium finds the queue
     * @param bytesMax how much may be read ahead
     * @param offsets what the connector is told when it asks how far it was read: at its start, and whenever it is to confirm
     */
    static ConnectorTask of(
            Function<EventQueue, BaseSourceTask<?, ?>> kind,
            Map<String, String> properties,
            long bytesMax,
            ToldOffsets offsets) {
        EventQueue queue = EventQueue.open(properties.getOrDefault("name", ""), bytesMax, EventQueue.Waits.DEFAULT);
        return new ConnectorTask(kind.apply(queue), queue, properties, offsets);
    }

    /**
     * Starts it.
     *
     * @throws RelayException TRANSIENT when it has not started in time; it is stopped as soon as it has
     * @throws ConnectorFailure when it cannot be started
     */
    void start(Duration within) throws ConnectorFailure {
        starting = true;
        PipelineThreads.daemon("relay-log-start", this::startNow).start();
        try {
            if (!started.await(within.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new RelayException(
                        FailureKind.TRANSIENT,
                        "Debezium has not begun to read the log within " + within.toSeconds() + " s",
                        "see whether the server is overloaded, or an old transaction holds it up; the relay starts over");
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        Throwable failure = startFailure;
        if (failure != null) {
            throw new ConnectorFailure(failure);
        }
    }

    /** It has begun to stream: what follows is about events. */
    void streams() {
        EventFigures.silence(task);
    }

    private void startNow() {
        try {
            task.start(properties);
        } catch (RuntimeException | Error e) {
            startFailure = e;
        } finally {
            started.countDown();
        }
    }

    @Override
    public List<SourceRecord> poll() throws ConnectorFailure {
        try {
            List<SourceRecord> records = task.poll();
            return records == null ? List.of() : records;
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (RuntimeException e) {
            throw new ConnectorFailure(e);
        }
    }

    @Override
    public void confirm() throws ConnectorFailure {
        try {
            task.performCommit();
        } catch (RuntimeException e) {
            throw new ConnectorFailure(e);
        }
    }

    /** Stops it, and waits until it has, but no longer than this; then it goes on ending by itself. */
    void stop(Duration within) {
        if (!starting) {
            queue.close();
            return;
        }
        Thread stopping = PipelineThreads.daemon("relay-log-stop", this::stopNow);
        stopping.start();
        try {
            stopping.join(within.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopNow() {
        try {
            // A start that hangs is waited for: what it opens in the end would hold the slot.
            started.await();
            queue.close();
            task.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.debug("Debezium did not stop in good order", e);
        }
    }

    private static RelayException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        RelayException ended = new RelayException(FailureKind.TRANSIENT, "reading the log was interrupted", "");
        ended.addSuppressed(e);
        return ended;
    }
}
