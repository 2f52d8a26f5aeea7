package io.outboxrelay.demo;

import io.outboxrelay.testkit.AfterExit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A directory for the relay's configuration and log; deleted on closing, and when this JVM is gone. */
final class Scratch implements AutoCloseable {
    private final Path directory;
    private final AfterExit cleanUp;

    private Scratch(Path directory) {
        this.directory = directory;
        this.cleanUp = AfterExit.run("rm -rf -- \"$1\"", directory.toString());
    }

    static Scratch created() {
        try {
            return new Scratch(Files.createTempDirectory("outbox-relay-demo-"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a temporary directory", e);
        }
    }

    Path relayLog() {
        return directory.resolve("relay.log");
    }

    /** Writes what a user writes: where the outbox stands, which table it is, and where its events go. */
    Path relayConfig(Servers servers, SourceKind source) {
        Path password = directory.resolve("database-password");
        Path config = directory.resolve("relay.yaml");
        write(password, List.of(Servers.RELAY_PASSWORD));
        write(
                config,
                List.of(
                        "source:",
                        "  type: " + source.word(),
                        "  url: " + servers.shop().relayUrl(),
                        "  username: " + Servers.RELAY_ROLE,
                        "  password: ${file:" + password + "}",
                        "outbox:",
                        "  table: " + servers.shop().table(),
                        "route:",
                        "  headers: {eventType: type}",
                        "kafka:",
                        "  bootstrap.servers: " + servers.kafka().bootstrapServers(),
                        "management.listen: 127.0.0.1:0"));
        return config;
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        }
        cleanUp.close();
    }

    private static void write(Path file, List<String> lines) {
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
