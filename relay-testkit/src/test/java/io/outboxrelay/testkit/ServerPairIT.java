package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class ServerPairIT {
    @Test
    void what_has_started_is_stopped_when_the_other_does_not_start() {
        AtomicReference<EmbeddedDatabase> database = new AtomicReference<>();
        Supplier<EmbeddedDatabase> starting = () -> {
            database.set(EmbeddedDatabase.started());
            return database.get();
        };
        IllegalStateException failure = new IllegalStateException("no port is free");
        assertThatThrownBy(() -> ServerPair.started(starting, () -> {
                    throw failure;
                }))
                .hasMessageContaining("no port is free")
                .hasCause(failure);
        assertThat(database.get().isRunning()).isFalse();
    }
}
