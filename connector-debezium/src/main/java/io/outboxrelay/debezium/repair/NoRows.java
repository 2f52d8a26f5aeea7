package io.outboxrelay.debezium.repair;

import io.outboxrelay.debezium.decode.DecodedEvent;
import org.jspecify.annotations.Nullable;

/** Of a repair that had published everything before it was cut off. */
final class NoRows implements StandingRows {

    @Override
    public @Nullable DecodedEvent next() {
        return null;
    }

    @Override
    public void close() {}
}
