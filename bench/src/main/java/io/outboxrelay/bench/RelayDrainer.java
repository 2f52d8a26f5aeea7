package io.outboxrelay.bench;

import io.outboxrelay.testkit.RelayProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The packaged relay, configured as README.md shows it and with its defaults otherwise. */
record RelayDrainer(RelayProcess process) implements Drainer {
    /** The header that README.md maps. */
    static final String TYPE_HEADER = "eventType";

    /**
     * Starts it.
     *
     * @param prefix what the topic's name has before the aggregate type
     */
    static RelayDrainer started(Path distribution, Servers servers, String prefix) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("source.type", "polling");
        settings.put("source.url", servers.relayUrl());
        settings.put("source.username", Servers.RELAY_ROLE);
        settings.put("outbox.table", "public." + Servers.TABLE);
        settings.put("route.topic", prefix + "${aggregatetype}");
        settings.put("route.headers." + TYPE_HEADER, "type");
        // With the default of 32 MiB the relay asks for a heap of a little more than 128 MiB.
        settings.put("window.bytesMax", "30 MiB");
        settings.put("kafka.bootstrap.servers", servers.kafka().bootstrapServers());
        return new RelayDrainer(RelayProcess.startedWith(DrainerJvm.HEAP, distribution, settings));
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public void requireRunning() {
        if (!process.isAlive()) {
            throw failure("ended by itself");
        }
    }

    @Override
    public RuntimeException failure(String what) {
        return process.failure(what);
    }

    @Override
    public void close() {
        process.close();
    }
}
