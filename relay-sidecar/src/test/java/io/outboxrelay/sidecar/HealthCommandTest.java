package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The command against servers that say what a relay may say, or what it would not. {@link ManagementIT} has it ask a relay. */
class HealthCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/health/", exchange -> {
            boolean live = exchange.getRequestURI().getPath().equals("/health/live");
            byte[] body = (live ? "{\"status\":\"up\"}\n" : "{\"cause\":\"\u00e9\"}\n").getBytes(ISO_8859_1);
            exchange.sendResponseHeaders(live ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @ParameterizedTest
    @CsvSource({"'', 0, live", "live, 0, live", "ready, 1, not ready", "started, 1, not started"})
    void the_status_is_the_answer_and_one_line_says_it(String question, int status, String line) {
        assertThat(execute("health --url http://127.0.0.1:" + port() + " " + question))
                .isEqualTo(status);
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(out.toString()).startsWith(line + ": {");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "management:\n  listen: '*:%d'",
                "management.listen: 0.0.0.0:%d",
                "management.listen: 127.0.0.1:%d"
            })
    void the_address_is_taken_from_the_file_of_settings_whatever_else_is_in_it(String line) throws IOException {
        Path file = file("source.password: ${file:/no/such/secret}\nno.such: setting\n" + line.formatted(port()));
        assertThat(execute("health --config " + file + " live")).isZero();
    }

    @Test
    void whoever_cannot_be_asked_is_an_argument_that_cannot_work() throws IOException {
        assertThat(execute("health --config " + file("management.listen: off"))).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(err.toString()).contains("management.listen is off in");
        assertThat(execute("health --config " + file("management.listen: 127.0.0.1:0")))
                .isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(err.toString()).contains("give --url with the one that the relay's log names");
    }

    @Test
    void a_file_that_does_not_say_whom_to_ask_asks_nobody_else() throws IOException {
        assertThat(execute("health --config " + directory.resolve("no.yaml"))).isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(err.toString()).contains("no.yaml: there is no such file");
        assertThat(execute("health --config " + file("management.listen: '*:${NO_SUCH_PORT}'")))
                .isEqualTo(ExitCodes.MISCONFIGURED);
        assertThat(err.toString())
                .contains("relay.yaml:1:1 management.listen: ")
                .contains("NO_SUCH_PORT");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void nobody_there_is_a_no() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        assertThat(execute("health --url http://127.0.0.1:" + free)).isEqualTo(ExitCodes.FAILED);
        assertThat(out.toString().lines()).hasSize(1);
        assertThat(out.toString()).startsWith("not live: no answer at http://127.0.0.1:" + free + ": ");
    }

    @Test
    void whoever_accepts_and_says_nothing_is_a_no_within_seconds() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            long begun = System.nanoTime();
            assertThat(execute("health --url http://127.0.0.1:" + silent.getLocalPort()))
                    .isEqualTo(ExitCodes.FAILED);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
            assertThat(out.toString()).contains("no answer at", "within 3 s");
        }
    }

    private int port() {
        return server.getAddress().getPort();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("relay.yaml"), text);
    }

    private int execute(String arguments) {
        CommandLine command = RootCommand.line();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments.trim().split(" "));
    }
}
