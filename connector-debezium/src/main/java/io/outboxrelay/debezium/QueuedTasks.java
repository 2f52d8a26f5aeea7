package io.outboxrelay.debezium;

import io.debezium.connector.common.BaseSourceTask;
import io.debezium.connector.mysql.MySqlConnectorTask;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.pipeline.ErrorHandler;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Debezium's tasks, but for one thing: what they have read is taken from an {@link EventQueue}, to which Debezium adds it. */
final class QueuedTasks {

    private QueuedTasks() {}

    static BaseSourceTask<?, ?> postgres(EventQueue queue) {
        return new PostgresConnectorTask() {
            @Override
            public List<SourceRecord> doPoll() throws InterruptedException {
                throwIfEnded(thrown(getErrorHandler()));
                return queue.take();
            }
        };
    }

    /**
     * What was read before the reader ended comes first.
     *
     * @param check is asked of each record by the thread that reads, before it reads on; what it throws ends that
     */
    static BaseSourceTask<?, ?> mySql(EventQueue queue, Consumer<SourceRecord> check) {
        queue.checkedBy(check);
        return new MySqlConnectorTask() {
            @Override
            public List<SourceRecord> doPoll() throws InterruptedException {
                // Asked before: when it has ended, nothing is added any more.
                Throwable thrown = thrown(getErrorHandler());
                List<SourceRecord> read = queue.take();
                if (read.isEmpty()) {
                    throwIfEnded(thrown);
                }
                return read;
            }
        };
    }

    /** What ended the thread that reads, Debezium keeps for whoever asks for records. */
    private static @Nullable Throwable thrown(Optional<ErrorHandler> errors) {
        return errors.map(ErrorHandler::getProducerThrowable).orElse(null);
    }

    private static void throwIfEnded(@Nullable Throwable thrown) {
        if (thrown != null) {
            throw new ConnectException("Debezium's reader ended", thrown);
        }
    }
}
