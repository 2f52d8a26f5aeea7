package io.outboxrelay.bench.stage;

import io.outboxrelay.testkit.RelayProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** The packaged relay. */
public record Relay(RelayProcess process) implements MeasuredProcess {
    /** The header that README.md maps. */
    public static final String TYPE_HEADER = "eventType";

    private static final Duration STOP_MAX = Duration.ofSeconds(30);

    /**
     * The settings of README.md, and the relay's defaults otherwise.
     *
     * @param prefix what a topic's name has before the aggregate type
     * @return a map that the caller may change
     */
    public static Map<String, String> settings(Servers servers, String prefix) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("source.type", "polling");
        settings.put("source.url", servers.relayUrl());
        settings.put("source.username", Servers.RELAY_ROLE);
        settings.put("outbox.table", "public." + Servers.TABLE);
        settings.put("route.topic", prefix + "${aggregatetype}");
        settings.put("route.headers." + TYPE_HEADER, "type");
        settings.put("kafka.bootstrap.servers", servers.kafka().bootstrapServers());
        settings.put("management.listen", "127.0.0.1:0");
        return settings;
    }

    /** The same with another source. */
    public static Map<String, String> settings(Servers servers, String prefix, SourceKind source) {
        Map<String, String> settings = settings(servers, prefix);
        settings.put("source.type", source.word());
        if (source == SourceKind.DEBEZIUM) {
            // Its slot is made anew for each, and what is stored of another one would be a loss to tell.
            settings.put("source.position.topic", prefix + "state");
        }
        return settings;
    }

    /**
     * Starts it with the heap of {@link MeasuredJvm}, unless another is among the options.
     *
     * @param jvmOptions further ones, separated by spaces
     */
    public static Relay started(Path distribution, Map<String, String> settings, String jvmOptions) {
        return new Relay(RelayProcess.startedWith(MeasuredJvm.HEAP + " " + jvmOptions, distribution, settings));
    }

    /** Starts it as its script does by itself. */
    public static Relay asShipped(Path distribution, Map<String, String> settings) {
        return new Relay(RelayProcess.started(distribution, settings));
    }

    /** Asks it to stop and waits until it has, with nothing left on its way. */
    public void stop() {
        process.terminate();
        int status = process.awaitExit(STOP_MAX);
        if (status != 0) {
            throw failure("ended with status " + status);
        }
    }

    /** The memory that it occupies now. */
    public long residentBytes() {
        return process.residentBytes();
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
