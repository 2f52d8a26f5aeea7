package io.outboxrelay.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way to get a setting wrong names its place, what is wrong, and what to do instead. */
class SettingsProblemsTest {
    @TempDir
    Path directory;

    /** A line behind three sound ones; what is wrong; what to do about it. */
    static Stream<Arguments> wrongLines() {
        return Stream.of(
                Arguments.of("soruce.username: x", "there is no such setting", "did you mean source.username?"),
                Arguments.of("source.userName: x", "there is no such setting", "did you mean source.username?"),
                Arguments.of("SOURCE.USERNAME: x", "there is no such setting", "did you mean source.username?"),
                Arguments.of("username: x", "there is no such setting", "did you mean source.username?"),
                Arguments.of(
                        "route.topc: outbox.${aggregatetype}", "there is no such setting", "did you mean route.topic?"),
                Arguments.of(
                        "outbox.columns.agregatetype: x",
                        "no such setting",
                        "did you mean outbox.columns.aggregateType?"),
                Arguments.of("bootstrap.servers: x:1", "no such setting", "did you mean kafka.bootstrap.servers?"),
                Arguments.of("kafak.linger.ms: 5", "there is no such setting", "did you mean kafka.linger.ms?"),
                Arguments.of(
                        "route.header.traceparent: x", "no such setting", "did you mean route.headers.traceparent?"),
                Arguments.of("metrics.listen: x", "there is no such setting", "docs/settings.md"),
                Arguments.of("management.listen: x", "'x' is not possible", "127.0.0.1:8080 for this host alone"),
                Arguments.of("management.listen: 8080", "'8080' is not possible", "*:8080 for every network"),
                Arguments.of("management.listen: ':8080'", "':8080' is not possible", "*:8080 for every network"),
                Arguments.of("management.listen: 127.0.0.1:65536", "is not possible", "port 0 for any free one"),
                Arguments.of("management.listen: ::1:8080", "is not possible", "[::1]:8080 with IPv6"),
                Arguments.of("management.listen: http://127.0.0.1:8080", "is not possible", "or off"),
                Arguments.of("kafka.: x", "there is no such setting", ""),
                Arguments.of(
                        "source.url: jdbc:postgresql://db/shop", "it is given twice, first at relay.yaml:1", "remove"),
                Arguments.of("source.username:", "it has no value", "remove the line"),
                Arguments.of(
                        "outbox.retention: kept",
                        "'kept' is not possible",
                        "give application or archive or delete or keep"),
                Arguments.of(
                        "outbox.archiveTable: old_events",
                        "no row goes there with outbox.retention = delete",
                        "set outbox.retention = archive, or remove the line"),
                Arguments.of(
                        "outbox.stateTable: states",
                        "nothing is stored there with outbox.retention = delete",
                        "set outbox.retention = keep, or remove the line"),
                Arguments.of(
                        "outbox.order: commit",
                        "'commit' is not possible",
                        "give commit-timestamp or none or sequence"),
                Arguments.of("failures.poison: skip", "'skip' is not possible", "give dead-letter or halt"),
                Arguments.of("failures.reasons.too-large: drop", "'drop' is not possible", "give dead-letter or halt"),
                Arguments.of(
                        "failures.reasons.to-large: halt",
                        "no such setting",
                        "did you mean failures.reasons.too-large?"),
                Arguments.of("failures.types.OrderPaid: drop", "'drop' is not possible", "give dead-letter or halt"),
                Arguments.of(
                        "failures.deadLetterTopic: letters",
                        "nothing goes there with failures.poison = halt",
                        "set failures.poison = dead-letter, or remove the line"),
                Arguments.of(
                        "failures: {poison: dead-letter, deadLetterTopic: a/b}",
                        "it is no valid topic name",
                        "give name of a topic"),
                Arguments.of(
                        "failures: {poison: dead-letter, deadLetterTopic: events}\nroute.topic: events",
                        "it is the topic of the events themselves",
                        "give dead letters a topic of their own"),
                Arguments.of(
                        "outbox.columns.type: kind",
                        "nobody asks for it without failures.types or dead letters",
                        "remove the line"),
                Arguments.of(
                        "outbox:\n  retention: kept",
                        "'kept' is not possible",
                        "give application or archive or delete or keep"),
                Arguments.of("souce: {type: polling}", "(did you mean source?)", "correct it"),
                Arguments.of("managment: {listen: x}", "(did you mean management?)", "correct it"),
                Arguments.of("route: outbox", "a group of settings", "topic, keyRequired, headers"),
                Arguments.of("outbox.columns: id", "a group of settings", "sequence, aggregateType"),
                Arguments.of("kafka: broker:9092", "a group of settings", "<producer setting>"),
                Arguments.of("drainTimeout: {seconds: 5}", "takes one value", "drainTimeout: value"),
                Arguments.of("source.username: [a, b]", "a list is not possible", "one value"),
                Arguments.of("source.username: ~", "it has no value", "remove the line"),
                Arguments.of("source.username: !secret x", "asks for a type", "single quotes"),
                Arguments.of("source.username: !!java.io.File x", "asks for a type", "single quotes"),
                Arguments.of("source.username: *x", "no such anchor", "single quotes"),
                Arguments.of("source.username: @x", "this is not YAML", "single quotes"),
                Arguments.of("source.username: a: b", "this is not YAML", "single quotes"),
                Arguments.of("source.username: 'x", "this is not YAML", "single quotes"),
                Arguments.of("[source]: x", "this is not a key", "write key: value"),
                Arguments.of("~: x", "this is not a key", "write key: value"),
                Arguments.of("--- \nsource.type: polling", "a second document", "---"),
                Arguments.of("route.keyRequired: yes", "'yes' is not possible", "give false or true"),
                Arguments.of("route.topic: events.${type", "no closing }", "outbox.event.${aggregatetype}"),
                Arguments.of("route.topic: events.$type", "a lone $", "$$"),
                Arguments.of("route.headers.dlq-topic: other", "are those of dead letters", "give it another name"),
                Arguments.of("route.headers.id: other", "always carries the event id", "outbox.columns.id"),
                Arguments.of("route.headers.trace:", "it has no value", "name the column"),
                Arguments.of("window.recordsMax: 1000001", "'1000001' is not possible", "1 to 1000000"),
                Arguments.of("window.recordsMax: 1e4", "'1e4' is not possible", "whole number"),
                Arguments.of("window.recordsMax: 99999999999999999999", "is not possible", "1 to 1000000"),
                Arguments.of("window.bytesMax: 32 MB", "'32 MB' is not possible", "B, KiB, MiB"),
                Arguments.of("window.bytesMax: 1023 KiB", "'1023 KiB' is not possible", "1 MiB to 1024 MiB"),
                Arguments.of("window.bytesMax: 64 MiB", "has no room for the 67108864 bytes", "set it to"),
                Arguments.of("drainTimeout: 30", "'30' is not possible", "with a unit"),
                Arguments.of("drainTimeout: 0s", "'0s' is not possible", "1s to 60m"),
                Arguments.of(
                        "source.username: ${NOT_SET_HERE}",
                        "environment variable NOT_SET_HERE is not set",
                        ":-default}"),
                Arguments.of("source.listen:", "it has no value", "name of a channel"),
                Arguments.of("source.listen: " + "\u00e4".repeat(32), "is not possible", "1 to 63 bytes"),
                Arguments.of("source.username: ${not closed", "is not closed", "$$"),
                Arguments.of("source.username: ${no-name}", "no name of a variable", "${VAR}"),
                Arguments.of("source.password: ${file:/no/such/file}", "there is no file /no/such/file", "create it"),
                Arguments.of("source.password: pa$word", "a lone $", "$$"),
                Arguments.of("kafka.acks: 1", "kafka.acks=1 is not possible", "remove the setting"),
                Arguments.of("kafka.linger.ms: soon", "kafka.linger.ms", "correct the value"),
                Arguments.of("kafka.sasl.mechanism: SCRAM-SHA512", "is not a mechanism", "did you mean SCRAM-SHA-512?"),
                Arguments.of(
                        "kafka.sasl.mechanism: scram-sha-256", "is not a mechanism", "did you mean SCRAM-SHA-256?"),
                Arguments.of("kafka.sasl.mechanism: MD5", "is not a mechanism", "name one of GSSAPI"),
                Arguments.of("kafka.ssl.endpoint.identification.algorithm:", "it has no value", "write ''"),
                Arguments.of("kafka: {linger.ms: ~}", "it has no value", "remove the line"),
                Arguments.of("source.username: !!strange x", "asks for a type", "single quotes"),
                Arguments.of("kafka.compresion.type: lz4", "is not a producer setting", "kafka.compression.type?"));
    }

    @ParameterizedTest
    @MethodSource("wrongLines")
    void a_wrong_line_is_named_with_what_to_write_instead(String line, String what, String remedy) {
        List<String> problems = new SettingsFile(directory).problemsOfSoundAnd(line);
        assertThat(problems).singleElement().asString().contains("relay.yaml", what, remedy);
        // Of a default that does not fit, the default's own line cannot be named; an open quote is missed at the end.
        if (!line.startsWith("window.bytesMax: 64")) {
            assertThat(problems).singleElement().asString().matches("(?s)relay\\.yaml:[45]:\\d+[ :].*");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "commit-timestamp"})
    void rows_are_kept_only_where_their_numbers_say_how_far_publishing_got(String order) throws IOException {
        List<String> problems =
                new SettingsFile(directory).problemsOfSoundAnd("outbox.retention: keep\noutbox.order: " + order);
        assertThat(problems)
                .singleElement()
                .asString()
                .contains("relay.yaml:4", "outbox.order = sequence", "outbox.retention = archive or delete");
    }

    static Stream<Arguments> wrongUrls() {
        return Stream.of(
                Arguments.of("postgres://db/shop", "not the JDBC URL"),
                Arguments.of("jdbc:mysql://db/shop", "read from its log only"),
                Arguments.of("jdbc:mariadb://db/shop", "MariaDB cannot be read"),
                Arguments.of("jdbc:postgresql://me:word@db/shop", "no user before the host"),
                Arguments.of("jdbc:postgresql://db/shop?sslmod=verify-full", "a parameter sslmod"),
                Arguments.of(
                        "jdbc:postgresql://db/shop?sslmode=always", "sslmode=always in source.url is not possible"),
                Arguments.of(
                        "jdbc:postgresql://db/shop?password=x&me:word=", "a parameter that the driver does not know"),
                Arguments.of("", "it has no value"));
    }

    @ParameterizedTest
    @MethodSource("wrongUrls")
    void a_wrong_url_is_not_repeated(String url, String what) {
        String text = SettingsFile.SOUND.replace("jdbc:postgresql://db:5432/shop", url);
        List<String> problems = new SettingsFile(directory).problemsOf(text);
        assertThat(problems)
                .singleElement()
                .asString()
                .startsWith("relay.yaml:1:1 source.url: ")
                .contains(what);
        assertThat(problems.get(0)).doesNotContain("me:word");
    }

    @Test
    void whatever_is_required_is_missing_in_an_empty_file() {
        String all = new SettingsFile(directory).problemsOf("").stream().collect(Collectors.joining("\n"));
        assertThat(all.lines())
                .hasSize(3)
                .allSatisfy(
                        line -> assertThat(line).startsWith("relay.yaml:1:1 ").contains(" is missing -> "));
        assertThat(all).contains("source.url", "outbox.table", "kafka.bootstrap.servers");
    }

    @Test
    void a_file_that_is_not_there_is_one_problem_and_not_one_for_each_setting() {
        assertThat(new SettingsFile(directory.resolve("elsewhere")).problemsAsItIs())
                .singleElement()
                .asString()
                .contains("there is no such file", "--config");
    }

    @Test
    void a_directory_or_a_file_that_is_not_text_is_said_to_be_one() throws IOException {
        Path file = directory.resolve("relay.yaml");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertThat(new SettingsFile(directory).problemsAsItIs())
                .singleElement()
                .asString()
                .contains("not UTF-8");
        Files.delete(file);
        Files.createDirectory(file);
        assertThat(new SettingsFile(directory).problemsAsItIs())
                .singleElement()
                .asString()
                .contains("it is a directory");
    }

    @Test
    void an_override_is_checked_like_a_line() {
        assertThat(new SettingsFile(directory)
                        .problemsOf(SettingsFile.SOUND, "soruce.type=polling", "nothing", "a=1", "a=2"))
                .containsExactlyInAnyOrder(
                        "--set: there is no key with a '=' behind it -> write --set key=value",
                        "--set soruce.type: there is no such setting (did you mean source.type?) -> correct it",
                        "--set a: there is no such setting -> remove it; docs/settings.md lists what there is",
                        "--set a: it is given twice, first at --set -> remove one of them");
    }

    /** What would take a careless reader of YAML for ever, or all its memory. */
    static Stream<Arguments> bombs() {
        String laughs = "a0: &a0 [x, x]\n"
                + IntStream.range(1, 30)
                        .mapToObj(i -> "a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]\n")
                        .collect(Collectors.joining());
        return Stream.of(
                Arguments.of(laughs, "holds an alias"),
                Arguments.of("a: &a [*a]", "no such anchor"),
                Arguments.of(
                        "kafka:\n  n: &a {"
                                + IntStream.range(0, 999)
                                        .mapToObj(i -> "k" + i + ": x")
                                        .collect(Collectors.joining(", "))
                                + "}\n"
                                + IntStream.range(0, 20)
                                        .mapToObj(i -> "  n" + i + ": *a\n")
                                        .collect(Collectors.joining()),
                        "more than 10000 settings"),
                Arguments.of("a: &a x\nb: [" + "*a, ".repeat(101) + "]", "more than 100 aliases"),
                Arguments.of("[".repeat(500_000), "nested more than 12 deep"),
                Arguments.of("{a: ".repeat(100_000), "nested more than 12 deep"),
                Arguments.of("- ".repeat(100_000), "nested more than 12 deep"));
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void a_file_made_to_choke_on_is_refused(String text, String what) {
        assertThat(new SettingsFile(directory).problemsOf(text))
                .singleElement()
                .asString()
                .contains(what);
    }
}
