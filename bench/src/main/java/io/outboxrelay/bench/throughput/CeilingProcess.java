package io.outboxrelay.bench.throughput;

import io.outboxrelay.bench.stage.BenchFailure;
import io.outboxrelay.bench.stage.MeasuredJvm;
import io.outboxrelay.bench.stage.MeasuredProcess;
import io.outboxrelay.bench.stage.Servers;
import io.outboxrelay.testkit.AfterExit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@link Ceiling} in a JVM like the relay's. */
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

    static CeilingProcess started(Servers servers, String topic) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), MeasuredJvm.HEAP));
        command.addAll(MeasuredJvm.OF_THE_SCRIPT);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Ceiling.class.getName()));
        command.addAll(List.of(
                servers.relayUrl() + "?user=" + Servers.RELAY_ROLE,
                servers.kafka().bootstrapServers(),
                topic));
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
