package io.outboxrelay.publish;

import io.outboxrelay.outbox.Wakeup;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the loop whenever the producer has learnt something about topics, so that held messages go at once instead of at
 * their next attempt. It is a serializer because that is whom a producer tells: serializers that implement {@link
 * ClusterResourceListener} hear of every metadata answer, on Kafka's I/O thread.
 */
final class MetadataBell implements Serializer<byte[]>, ClusterResourceListener {

    private final Wakeup wakeup;
    private volatile boolean rang;

    MetadataBell(Wakeup wakeup) {
        this.wakeup = wakeup;
    }

    @Override
    public void onUpdate(ClusterResource cluster) {
        rang = true;
        wakeup.wake();
    }

    /** Whether there was news since the last time that this was asked. */
    boolean hasRung() {
        boolean news = rang;
        if (news) {
            rang = false;
        }
        return news;
    }

    @Override
    public byte @Nullable [] serialize(String topic, byte @Nullable [] bytes) {
        return bytes;
    }
}
