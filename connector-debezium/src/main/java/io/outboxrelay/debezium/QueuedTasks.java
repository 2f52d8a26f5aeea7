package io.outboxrelay.debezium;

import io.debezium.connector.common.BaseSourceTask;
import io.debezium.connector.mysql.MySqlConnectorTask;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.pipeline.ErrorHandler;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;

/** Debezium's tasks, but for one thing: what they have read is taken from an {@link EventQueue}, to which Debezium adds it. */
final class QueuedTasks {

    private QueuedTasks() {}

    static BaseSourceTask<?, ?> postgres(EventQueue queue) {
        return new PostgresConnectorTask() {
            @Override
            public List<SourceRecord> doPoll() throws InterruptedException {
                throwIfEnded(getErrorHandler());
                return queue.take();
            }
        };
    }

    static BaseSourceTask<?, ?> mySql(EventQueue queue) {
        return new MySqlConnectorTask() {
            @Override
            public List<SourceRecord> doPoll() throws InterruptedException {
                throwIfEnded(getErrorHandler());
                return queue.take();
            }
        };
    }

    /** What ended the thread that reads, Debezium keeps for whoever asks for records. */
    private static void throwIfEnded(Optional<ErrorHandler> errors) {
        Throwable thrown = errors.map(ErrorHandler::getProducerThrowable).orElse(null);
        if (thrown != null) {
            throw new ConnectException("Debezium's reader ended", thrown);
        }
    }
}
