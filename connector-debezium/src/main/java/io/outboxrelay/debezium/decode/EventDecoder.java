package io.outboxrelay.debezium.decode;

import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Makes events of what a connector sends. Used by one thread only. */
@FunctionalInterface
public interface EventDecoder {

    /**
     * The event in a change.
     *
     * @return null where there is none, as in a connector's own marks
     * @throws io.outboxrelay.failure.RelayException POISON when the change can never be the event that it should be, MISCONFIGURED when
     *     the outbox is not what the settings say
     */
    @Nullable
    DecodedEvent decode(SourceRecord change);
}
