package io.outboxrelay.sidecar;

import io.outboxrelay.config.PipelineSettings;
import io.outboxrelay.config.SourceSettings;
import io.outboxrelay.failure.Check;
import io.outboxrelay.failure.RelayException;
import io.outboxrelay.jdbc.slot.Finding;
import io.outboxrelay.outbox.OutboxMessage;
import io.outboxrelay.outbox.OutboxRecord;
import io.outboxrelay.poison.PoisonPolicy;
import io.outboxrelay.publish.BrokerProbe;
import io.outboxrelay.publish.BrokerProbe.Asking;
import io.outboxrelay.publish.BrokerProbe.Away;
import io.outboxrelay.publish.BrokerProbe.Reached;
import io.outboxrelay.publish.TopicInspection;
import io.outboxrelay.route.Router;
import io.outboxrelay.route.TopicTemplate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/** Examines the database and the brokers of one pipeline. Used by one thread. */
final class Doctor {

    private static final int ROWS_MAX = 1_000;
    private static final int TOPICS_MAX = 50;
    private static final String ROWS = "waiting rows";
    private static final String TOPICS = "topics";

    private final PipelineSettings pipeline;
    private final PoisonPolicy poison;

    /** The largest message that waits for each topic, in bytes. */
    private final Map<String, Long> bytesMaxByTopic = new TreeMap<>();

    private int rows;
    private long unpublishable;
    private long deadLetters;

    /** @param topics to look at in any case */
    Doctor(PipelineSettings pipeline, List<String> topics) {
        this.pipeline = pipeline;
        this.poison = DeadLetterLog.policy("", pipeline);
        topics.forEach(topic -> bytesMaxByTopic.put(topic, 0L));
    }

    /**
     * Looks at everything.
     *
     * @param sink is given each check as it is done
     * @return what is wrong with the database, with statements, where the source knows them
     */
    List<Finding> examine(Consumer<Check> sink) throws InterruptedException {
        Semaphore answered = new Semaphore(0);
        try (BrokerProbe probe = BrokerProbe.start(pipeline::publisher, answered::release)) {
            SourceInspection.Found database = SourceInspection.examine(pipeline);
            database.checks().forEach(sink);
            if (pipeline.source() instanceof SourceSettings.Polling) {
                sink.accept(
                        database.failure() == null
                                ? rows()
                                : Check.skipped(ROWS, "they cannot be read before what failed is mended"));
            } else {
                sink.accept(Check.skipped(ROWS, "they stand in the log, which only a relay reads"));
            }
            while (probe.answer() instanceof Asking) {
                answered.acquire();
            }
            if (probe.answer() instanceof Reached reached) {
                sink.accept(Check.ok(
                        "brokers",
                        (reached.brokers() == 1 ? "1 broker" : reached.brokers() + " brokers") + " of cluster "
                                + reached.clusterId() + " at "
                                + pipeline.publisher().bootstrapServers()));
                topics().forEach(sink);
            } else {
                sink.accept(Check.of("brokers", ((Away) probe.answer()).failure()));
                sink.accept(Check.skipped(TOPICS, "the brokers cannot be asked"));
            }
            return database.findings();
        }
    }

    /** Looks at the first rows that wait, and learns from them which topics there are. */
    private Check rows() {
        Router router = new Router(pipeline.route());
        try {
            boolean more = WaitingRows.read(pipeline, ROWS_MAX, row -> look(router, row));
            if (unpublishable > 0) {
                return Check.fail(
                        ROWS,
                        unpublishable + " of the first " + rows + " can never be published: a relay would halt there",
                        "outbox-relay dry-run shows which, and why");
            }
            if (deadLetters > 0) {
                return Check.warn(
                        ROWS,
                        deadLetters + " of the first " + rows + " can never be published, and become dead letters in "
                                + pipeline.poison().topic(),
                        "outbox-relay dry-run shows which, and why");
            }
            return Check.ok(ROWS, rows == 0 ? "none" : (more ? "the first " : "") + rows + " can be published");
        } catch (RelayException e) {
            return Check.fail(ROWS, e.failure().problems());
        }
    }

    private void look(Router router, OutboxRecord row) {
        rows++;
        try {
            waits(router.route(row));
        } catch (RelayException e) {
            OutboxMessage letter = poison.instead(router.unrouted(row), e.failure());
            if (letter == null) {
                unpublishable++;
            } else {
                deadLetters++;
                waits(letter);
            }
        }
    }

    private void waits(OutboxMessage message) {
        if (bytesMaxByTopic.size() < TOPICS_MAX || bytesMaxByTopic.containsKey(message.topic())) {
            bytesMaxByTopic.merge(message.topic(), message.sizeBytes(), Math::max);
        }
    }

    private List<Check> topics() throws InterruptedException {
        String template = pipeline.route().topic();
        if (TopicTemplate.parse(template).columns().isEmpty()) {
            bytesMaxByTopic.putIfAbsent(template.replace("$$", "$"), 0L);
        }
        if (pipeline.poison().hasDeadLetters()) {
            bytesMaxByTopic.putIfAbsent(pipeline.poison().topic(), 0L);
        }
        if (bytesMaxByTopic.isEmpty()) {
            return List.of(Check.skipped(TOPICS, "no row waits to tell which; name some by --topic"));
        }
        return TopicInspection.inspect(pipeline.publisher(), new TopicInspection.Messages(bytesMaxByTopic));
    }
}
