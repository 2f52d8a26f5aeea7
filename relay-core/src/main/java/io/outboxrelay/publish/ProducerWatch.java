package io.outboxrelay.publish;

import org.apache.kafka.clients.producer.Producer;

/**
 * Is told which Kafka producers there are, for what Kafka's client measures of itself. Called by the loop's thread, which it must not
 * hold up; it sends nothing and closes nothing.
 */
public interface ProducerWatch {

    /** A producer was made. There may be others still that are coming to their end. */
    void opened(Producer<?, ?> producer);

    /** It is given up; its metrics mean nothing any more. */
    void closed(Producer<?, ?> producer);

    /** Looks away. */
    static ProducerWatch none() {
        return new ProducerWatch() {
            @Override
            public void opened(Producer<?, ?> producer) {
                // nobody asks
            }

            @Override
            public void closed(Producer<?, ?> producer) {
                // nobody asks
            }
        };
    }
}
