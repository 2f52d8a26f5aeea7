package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.MeasuredJvm;
import io.outboxrelay.bench.stage.MeasuredProcess;
import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.bench.stage.SourceKind;
import io.outboxrelay.testkit.AfterExit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link Ceiling} or {@link EngineCeiling} in a JVM like the relay's. */
final class CeilingProcess implements MeasuredProcess {
    private final Process process;
    private final Path output;
    private final AfterExit cleanUp;

    private CeilingProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
        this.cleanUp =
                AfterExit.run("kill -9 \"$1\"; rm -f -- \"$2\"", Long.toString(process.pid()), output.toString());
    }

    /** The bare reads, sends and deletes of {@link Ceiling}. */
    static CeilingProcess polling(Servers servers, String topic) {
        return started(
                SourceKind.POLLING,
                Ceiling.class,
                List.of(
                        servers.relayUrl() + "?user=" + Servers.RELAY_ROLE,
                        servers.kafka().bootstrapServers(),
                        topic));
    }

    /** The bare connector of {@link EngineCeiling}. */
    static CeilingProcess engine(Servers servers, Path count) {
        URI url = URI.create(servers.relayUrl().substring("jdbc:".length()));
        return started(
                SourceKind.DEBEZIUM,
                EngineCeiling.class,
                List.of(
                        url.getHost(),
                        Integer.toString(url.getPort()),
                        url.getPath().substring(1),
                        Servers.RELAY_ROLE,
                        SourceKind.SLOT,
                        count.toString()));
    }

    private static CeilingProcess started(SourceKind source, Class<?> main, List<String> arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), source.heap()));
        command.addAll(MeasuredJvm.OF_THE_SCRIPT);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        try {
            Path output = Files.createTempFile("outbox-relay-ceiling-", ".log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            return new CeilingProcess(process, output);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
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
        try {
            return new BenchFailure("the ceiling " + what + "; it said:\n" + Files.readString(output));
        } catch (IOException e) {
            return new BenchFailure("the ceiling " + what, e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        cleanUp.close();
        try {
            Files.deleteIfExists(output);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + output, e);
        }
    }
}
