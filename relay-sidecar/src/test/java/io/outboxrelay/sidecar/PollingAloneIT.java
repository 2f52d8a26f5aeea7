package io.outboxrelay.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.RelayProcess;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who polls pays nothing for the other ways to read: neither memory nor time. */
class PollingAloneIT {
    private static final String LOADING = "-Xlog:class+load";

    @Test
    void nothing_of_debezium_or_of_what_it_stands_on_is_loaded_where_polling_is_configured() throws Exception {
        try (Scene scene = SourceUnderTest.POLLING.shop()) {
            assertThat(foreign(scene)).isEmpty();
        }
        try (Scene scene = SourceUnderTest.DEBEZIUM.shop()) {
            assertThat(foreign(scene)).as("where it is, it shows").hasSizeGreaterThan(100);
        }
    }

    private static List<String> foreign(Scene scene) throws Exception {
        RelayProcess relay = scene.startRelayWith(LOADING);
        relay.awaitLine("running: ", Scene.BOUND);
        relay.terminate();
        assertThat(relay.awaitExit(Scene.BOUND)).isZero();
        return relay.lines().stream()
                .filter(line -> line.contains("[class,load]"))
                .filter(line -> line.contains(" io.debezium.")
                        || line.contains(" org.apache.kafka.connect.")
                        || line.contains(" com.fasterxml.jackson.")
                        || line.contains(" com.mysql.")
                        // Settings are read with what is beside this; it reads the log.
                        || line.contains(" io.outboxrelay.debezium.DebeziumSource"))
                .toList();
    }
}
