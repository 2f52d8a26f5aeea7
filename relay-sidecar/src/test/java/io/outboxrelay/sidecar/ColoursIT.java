package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.outboxrelay.testkit.InstalledProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Colours are for terminals; {@code script} makes one. */
class ColoursIT {
    private static final InstalledProgram SCRIPT = new InstalledProgram("script", "bsdutils");
    private static final String COMMAND =
            Path.of(System.getProperty("outboxrelay.distribution")).resolve("bin/outbox-relay") + " --help";
    private static final String ESCAPE = "\u001b[";

    @Test
    void colours_are_for_terminals_only_and_never_where_NO_COLOR_is_set() throws Exception {
        assertThat(run(Map.of(), "sh", "-c", COMMAND)).contains("Usage: ").doesNotContain(ESCAPE);
        assumeTrue(SCRIPT.isThere(), SCRIPT.whyNot());
        assertThat(run(Map.of(), "script", "-qec", COMMAND, "/dev/null")).contains(ESCAPE);
        assertThat(run(Map.of("NO_COLOR", "1"), "script", "-qec", COMMAND, "/dev/null"))
                .contains("Usage: ")
                .doesNotContain(ESCAPE);
    }

    private static String run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(command)).redirectErrorStream(true);
        builder.environment().remove("NO_COLOR");
        builder.environment().put("TERM", "xterm");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
