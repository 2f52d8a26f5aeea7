package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the start script hands to the JVM, told by a Java that only repeats its arguments. */
class StartScriptIT {
    private static final Path SHIPPED = Path.of(System.getProperty("outboxrelay.distribution"));

    @TempDir
    private Path directory;

    private Path distribution;

    /** With a blank in its name: none of the script's words may come apart. */
    @BeforeEach
    void unpack() throws Exception {
        distribution = Files.createDirectory(directory.resolve("the relay"));
        for (String name : new String[] {"bin/outbox-relay", "bin/prepare-start"}) {
            Path copy = distribution.resolve(name);
            Files.createDirectories(copy.getParent());
            Files.copy(SHIPPED.resolve(name), copy);
            assertThat(copy.toFile().setExecutable(true)).isTrue();
        }
        Files.createDirectory(distribution.resolve("lib"));
        Files.writeString(distribution.resolve("lib/b.jar"), "");
        Files.writeString(distribution.resolve("lib/a.jar"), "");
    }

    @Test
    void jars_stand_in_one_order_on_every_file_system() throws Exception {
        String lib = distribution.toRealPath().resolve("lib").toString();
        assertThat(started("17.0.15")).contains("\n-cp\n" + lib + "/a.jar:" + lib + "/b.jar\n");
    }

    @Test
    void a_start_that_was_prepared_is_used_from_java_25_on() throws Exception {
        Path prepared = Files.writeString(distribution.toRealPath().resolve("lib/outbox-relay.aot"), "");
        assertThat(started("25.0.1"))
                .contains("\n-XX:+UseCompactObjectHeaders\n", "\n-XX:AOTCache=" + prepared + "\n")
                .doesNotContain("-version");
        assertThat(started("21.0.9")).doesNotContain("AOT", "aot", "CompactObjectHeaders", "TrimNativeHeap");
    }

    @Test
    void without_a_prepared_start_there_is_no_word_of_one() throws Exception {
        assertThat(started("25")).contains("\n-XX:+UseCompactObjectHeaders\n").doesNotContain("AOTCache");
    }

    @Test
    void a_health_check_takes_none_of_the_relays_own_options() throws Exception {
        assertThat(run("17.0.15", "", "outbox-relay", "run").output()).contains("\n-Dof=the-relay\n");
        assertThat(run("17.0.15", "", "outbox-relay", "health").output())
                .doesNotContain("the-relay")
                .contains("\nhealth\n");
    }

    @Test
    void preparing_needs_a_java_that_can_and_says_what_went_wrong() throws Exception {
        Files.writeString(distribution.resolve("lib/outbox-relay.aot"), "of an older build");
        Run run = run("17.0.15", "", "prepare-start");
        assertThat(run.exitCode()).isEqualTo(1);
        // The Java that only repeats its arguments has written nothing, and says here with which it was asked.
        assertThat(run.output())
                .startsWith("prepare-start: the JVM wrote nothing down. It said:\n")
                .contains("\n-XX:AOTCacheOutput=outbox-relay.aot.new\n", "\nrehearse\n")
                .doesNotContain("-XX:AOTCache=");
        assertThat(distribution.resolve("lib/outbox-relay.aot")).doesNotExist();
    }

    @Test
    void what_the_jvm_refuses_to_use_afterwards_is_no_prepared_start() throws Exception {
        String writes = "case $* in *AOTCacheOutput*) echo cache >outbox-relay.aot.new ;; esac\n";
        Run run = run("25.0.1", writes + "case $* in *AOTMode=on*) echo not mine; exit 1 ;; esac\n", "prepare-start");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.output())
                .startsWith("prepare-start: the JVM does not take what it wrote down. It said:\n")
                .contains("\n-XX:AOTCache=", "\n-XX:AOTMode=on\n", "\nnot mine\n");
        assertThat(distribution.resolve("lib/outbox-relay.aot")).doesNotExist();

        assertThat(run("25.0.1", writes, "prepare-start").exitCode()).isZero();
        assertThat(distribution.resolve("lib/outbox-relay.aot")).hasContent("cache");
    }

    /** As docs/cdc.md has it. */
    @Test
    void reading_the_log_gets_more_heap_where_the_file_or_the_command_line_says_so() throws Exception {
        String logged = Files.writeString(directory.resolve("log.yaml"), "source:\n  type: debezium\n")
                .toString();
        String polled = Files.writeString(directory.resolve("polling.yaml"), "source:\n  type: polling\n")
                .toString();
        assertThat(run("17", "", "outbox-relay", "run", "--config", logged).output())
                .contains("\n-Xmx192m\n")
                .doesNotContain("-Xmx128m");
        assertThat(run("17", "", "outbox-relay", "run", "--config", polled, "--set", "source.type=debezium")
                        .output())
                .contains("\n-Xmx192m\n");
        assertThat(run("17", "", "outbox-relay", "run", "--config", polled).output())
                .contains("\n-Xmx128m\n")
                .doesNotContain("-Xmx192m");
        assertThat(Files.readString(Path.of(System.getProperty("outboxrelay.root"), "docs", "cdc.md")))
                .contains("| heap | 128 MiB | 192 MiB;");
    }

    private record Run(int exitCode, String output) {}

    private String started(String version) throws Exception {
        Run run = run(version, "", "outbox-relay");
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run.output();
    }

    /** @param does what that Java does beside repeating its arguments, for the shell */
    private Run run(String version, String does, String... command) throws Exception {
        Path home = Files.createTempDirectory(directory, "java");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.createDirectory(home.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho java\nprintf '%s\\n' \"$@\"\n" + does);
        assertThat(java.toFile().setExecutable(true)).isTrue();
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.command().set(0, distribution.resolve("bin").resolve(command[0]).toString());
        builder.environment().put("JAVA_HOME", home.toString());
        builder.environment().put("OUTBOX_RELAY_OPTS", "-Dof=the-relay");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends").isTrue();
        return new Run(process.exitValue(), output);
    }
}
