package io.outboxrelay.sidecar;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * {@code outbox-relay rehearse}: what a start does, without a database and without a broker, for {@code bin/prepare-start}, whose
 * JVM writes down at its end what that took. A relay really runs in it and waits for servers at a port where nobody listens; the
 * classes of the conversations that it cannot have are loaded by name. Publishes nothing, and is of no use to anybody else: hidden.
 */
@Command(
        name = "rehearse",
        hidden = true,
        exitCodeOnInvalidInput = ExitCodes.MISCONFIGURED,
        exitCodeOnExecutionException = ExitCodes.BUG,
        description =
                "Does what a start does, without a database and a broker, so that bin/prepare-start can write down what that took.")
final class RehearseCommand implements Callable<Integer> {

    /** Long enough for several attempts, and for compilers to see what is used often. */
    private static final Duration WAITING = Duration.ofSeconds(4);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        Path settings = Files.createTempFile("outbox-relay-rehearsal-", ".yaml");
        try {
            Files.writeString(settings, settings(closedPort()));
            CompletableFuture<Integer> ended = new CompletableFuture<>();
            Thread relay =
                    new Thread(() -> ended.complete(Main.status("run", "--config", settings.toString())), "rehearsal");
            relay.setDaemon(true);
            relay.start();
            if (endedWithin(ended, WAITING)) {
                return ExitCodes.FAILED;
            }
            out.println("rehearsed: " + StartClasses.load().size() + " classes beside those of a start that waits");
            out.flush();
        } finally {
            Files.delete(settings);
        }
        // The JVM writes only at an end of this kind; Main's own end is a shorter one.
        System.exit(ExitCodes.STOPPED);
        return ExitCodes.STOPPED;
    }

    /** What ends by itself has not waited: it has refused the settings, and said why. */
    private static boolean endedWithin(CompletableFuture<Integer> ended, Duration time) throws InterruptedException {
        try {
            ended.get(time.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String settings(int port) {
        return """
                source:
                  type: polling
                  url: jdbc:postgresql://127.0.0.1:%1$d/rehearsal
                  username: nobody
                outbox:
                  table: public.outbox
                route:
                  topic: outbox.event.${aggregatetype}
                  headers:
                    eventType: type
                kafka:
                  bootstrap.servers: 127.0.0.1:%1$d
                management:
                  listen: 127.0.0.1:0
                """.formatted(port);
    }

    /** One that was free a moment ago. */
    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
